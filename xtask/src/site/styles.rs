//! One stylesheet out of many files: tokens first, then base, then the rest by name; and one for what only the larger build shows.

use std::collections::BTreeMap;

const LAYERS: &str = "@layer tokens, base, ui, desk;\n";
const FIRST: [&str; 2] = ["tokens.css", "base.css"];

/// The files declare their layers themselves; the statement on top settles the layers' order.
pub fn joined(files: &BTreeMap<String, String>) -> String {
    let first = FIRST.iter().filter_map(|name| files.get_key_value(*name));
    let rest = files.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
    let mut sheet = LAYERS.to_owned();
    for (name, css) in first.chain(rest) {
        sheet.push_str(&format!("\n/* {name} */\n{}\n", css.trim_end()));
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(names: &[&str]) -> String {
        joined(&names.iter().map(|name| (name.to_string(), format!(".{name} {{}}"))).collect())
    }

    #[test]
    fn tokens_come_first_then_base_then_the_rest_by_name() {
        let sheet = sheet(&["alarm.css", "base.css", "card.css", "tokens.css"]);
        let order: Vec<_> = sheet.lines().filter(|line| line.starts_with("/*")).collect();
        assert_eq!(order, ["/* tokens.css */", "/* base.css */", "/* alarm.css */", "/* card.css */"]);
    }

    #[test]
    fn the_order_of_layers_comes_before_any_rule() {
        assert!(sheet(&["base.css"]).starts_with("@layer tokens, base, ui, desk;\n"));
    }

    #[test]
    fn no_files_still_make_a_sheet() {
        assert_eq!(sheet(&[]), LAYERS);
    }
}
