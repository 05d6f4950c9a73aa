//! The site: everything a browser downloads, in target/site, rebuilt only when something it is made of changed.

mod engine;
mod fingerprint;
mod layout;
mod minify;
mod publish;
mod sources;
mod styles;
mod template;
mod twins;

use std::collections::BTreeMap;
use std::fs;

use crate::failure::{Explain, Outcome};
use crate::process::Running;
use crate::toolchain::{AppBuild, WebToolchain};
use crate::{progress, workspace};

use fingerprint::Fingerprint;
use sources::Sources;

/// How much time goes into making the download small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What is measured and shipped.
    Full,
    /// For the person who tries it here and waits to see an edit.
    Quick,
}

const NOTE: &str = "target/web/site.fingerprint";

pub fn build(toolchain: WebToolchain, effort: Effort) -> Outcome {
    let compile = |build: AppBuild| {
        Running::start("app", &mut toolchain.cargo_build(build))?.finish()?;
        fs::read(build.app()).explain("read the compiled app")
    };
    let whole = match effort {
        Effort::Full => AppBuild::Desk,
        Effort::Quick => AppBuild::Edit,
    };
    let desk = progress::step("app, compiled for the browser", || compile(whole))?;
    let scanner = fs::read(whole.scanner()).explain("read the compiled scanner")?;
    let sources = Sources::read()?;
    let recipe = recipe()?;
    let made_with = Fingerprint::of([desk.as_slice(), &scanner, &sources.bytes(), &recipe, &[effort as u8]]);

    let folder = workspace::path("target/site");
    let note = workspace::path(NOTE);
    if published_release().is_some() && fs::read_to_string(&note).is_ok_and(|known| known == made_with.as_str()) {
        progress::say("site: nothing changed");
        return Ok(());
    }
    let app = match effort {
        // One build is enough to look at: the larger holds everything.
        Effort::Quick => desk.clone(),
        Effort::Full => progress::step("app without the managers' pages", || compile(AppBuild::Field))?,
    };
    // Until it is complete, nobody may take it for what it was.
    let _ = fs::remove_file(&note);
    progress::step("site", || {
        let engine = engine::make(&app, &desk, &scanner, effort)?;
        let sources = match effort {
            Effort::Full => made_small(sources),
            Effort::Quick => wholly_styled(sources),
        };
        let site = layout::lay_out(&sources, &engine)?;
        publish::publish(&site, &folder, effort)
    })?;
    fs::write(&note, made_with.as_str()).explain(format_args!("write {NOTE}"))
}

/// Where the larger build stands in for both, field pages are drawn with its styles too, as they are on a device that has it.
fn wholly_styled(mut sources: Sources) -> Sources {
    let desk = sources.desk_styles.iter().map(|(name, css)| (format!("desk/{name}"), css.clone()));
    sources.styles.extend(desk.collect::<Vec<_>>());
    sources
}

fn made_small(sources: Sources) -> Sources {
    let small = |styles| BTreeMap::from([("style.css".to_owned(), minify::style(&styles::joined(styles)))]);
    Sources {
        boot: minify::boot(&sources.boot),
        styles: small(&sources.styles),
        desk_styles: small(&sources.desk_styles),
        ..sources
    }
}

/// The name of the release in target/site, once it is all there.
pub fn published_release() -> Option<String> {
    let note = fs::read(workspace::path("target/site").join(layout::RELEASE_NOTE)).ok()?;
    let note: serde_json::Value = serde_json::from_slice(&note).ok()?;
    note["release"].as_str().map(str::to_owned)
}

/// How the site is made is one of the things it is made of.
fn recipe() -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, content) in sources::files_in(&workspace::path("xtask/src/site"))? {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&content);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> layout::Site {
        let sources = Sources::read().expect("the workspace holds its sources");
        layout::lay_out(&sources, &engine::Engine::default()).expect("the templates fit the layout")
    }

    fn text(site: &layout::Site, path: &str) -> String {
        String::from_utf8(site.files[path].clone()).expect("the file is text")
    }

    #[test]
    fn the_shell_has_no_inline_script_or_style_which_the_policy_would_block() {
        let shell = text(&site(), "index.html");
        assert!(
            shell.split("<script").skip(1).all(|script| script.contains("></script>") && script.starts_with(" src="))
        );
        assert!(!shell.contains("<style") && !shell.contains(" style="));
    }

    #[test]
    fn the_shell_links_only_to_files_of_the_site() {
        let site = site();
        let shell = text(&site, "index.html");
        for link in ["href=\"/", "src=\"/"].iter().flat_map(|start| shell.split(start).skip(1)) {
            let path = link.split('"').next().unwrap_or_default();
            assert!(site.files.contains_key(path), "/{path}");
        }
    }

    #[test]
    fn the_worker_knows_the_content_type_of_everything_it_stores() {
        let site = site();
        let worker = text(&site, "service-worker.js");
        for path in site.files.keys().filter(|path| !path.ends_with(".html")) {
            let extension = path.rsplit('.').next().unwrap_or_default();
            assert!(worker.contains(&format!("\n  {extension}: /^")), "{path}");
        }
    }

    fn manifest(site: &layout::Site) -> serde_json::Value {
        serde_json::from_slice(&site.files["manifest.webmanifest"]).expect("the manifest is JSON")
    }

    /// Width and height in pixels, from a PNG file's first chunk.
    fn png_size(bytes: &[u8]) -> String {
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        format!("{}x{}", number(16), number(20))
    }

    #[test]
    fn the_manifest_has_what_an_installed_app_needs() {
        let manifest = manifest(&site());
        for name in
            ["id", "name", "short_name", "start_url", "scope", "display", "background_color", "theme_color", "lang"]
        {
            assert!(manifest[name].as_str().is_some_and(|value| !value.is_empty()), "{name}");
        }
        let icons = manifest["icons"].as_array().expect("there are icons");
        for (sizes, purpose) in [("192x192", None), ("512x512", None), ("512x512", Some("maskable")), ("any", None)] {
            assert!(icons.iter().any(|icon| icon["sizes"] == sizes && icon["purpose"].as_str() == purpose), "{sizes}");
        }
    }

    #[test]
    fn every_icon_is_there_in_the_size_that_is_said_of_it() {
        let site = site();
        let manifest = manifest(&site);
        let shortcuts = manifest["shortcuts"].as_array().expect("there are shortcuts");
        let lists = shortcuts.iter().map(|shortcut| &shortcut["icons"]).chain([&manifest["icons"]]);
        for icon in lists.flat_map(|list| list.as_array().expect("icons are a list")) {
            let path = icon["src"].as_str().expect("an icon has an address").trim_start_matches('/');
            let bytes = site.files.get(path).unwrap_or_else(|| panic!("{path} is not there"));
            if icon["sizes"] != "any" {
                assert_eq!(icon["sizes"], png_size(bytes), "{path}");
            }
        }
        assert_eq!(png_size(&site.files["apple-touch-icon.png"]), "180x180");
    }

    #[test]
    fn the_bars_around_the_page_have_the_colour_of_its_surface() {
        let sources = Sources::read().expect("the workspace holds its sources");
        let surfaces: Vec<&str> = sources.styles["tokens.css"].split("--surface: ").skip(1).collect();
        let [day_and_night, sunlight] = surfaces.as_slice() else { panic!("two surfaces: {surfaces:?}") };
        let (day, night) =
            day_and_night.trim_start_matches("light-dark(").split_once(", ").expect("a colour each for day and night");
        for (theme, surface) in [("light", day), ("night", night), ("sunlight", *sunlight)] {
            let colour = surface.split([',', ')', ';']).next().unwrap_or_default();
            assert!(sources.shell.contains(&format!("content=\"{colour}\" data-for=\"{theme}\"")), "{theme} {colour}");
        }
    }

    #[test]
    fn the_oldest_browsers_are_the_same_wherever_they_are_named() {
        let sources = Sources::read().expect("the workspace holds its sources");
        let guide = fs::read_to_string(workspace::path("docs/browsers.md")).expect("docs/browsers.md is there");
        for text in [&sources.shell, &sources.boot] {
            assert!(text.contains("请更新到 Chrome 或 Edge 123、Firefox 126、Safari 17.5 以上。"));
            assert!(text.contains("Please update it: Chrome or Edge 123, Firefox 126, Safari 17.5 or newer."));
        }
        for row in ["| Chrome, Edge | 123 |", "| Firefox | 126 |", "| Safari | 17.5 |"] {
            assert!(guide.contains(row), "{row}");
        }
    }
}
