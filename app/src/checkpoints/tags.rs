//! Choose the checkpoints whose tags are printed; make a tag void and print the next one.

use std::collections::BTreeSet;

use domain::{
    areas::Area,
    checkpoints::Checkpoint,
    ids::{AreaId, CheckpointId, RecordId},
    permissions::{Act, may},
    records::Body,
};
use leptos::prelude::*;
use sync::device::world::World;

use super::sheet;
use crate::{
    accounts::session::in_own_session,
    locales::{self, accounts, checkpoints as say, general},
    online::{self, PrintedTag, Trouble},
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    let store = use_store();
    let is_allowed = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SetUp)));
    (move || {
        if is_allowed.get() {
            view! { <Tags/> }.into_any()
        } else {
            view! { <ui::Page title=say::tags()>{ui::empty(general::no_rights(), general::no_rights_next())}</ui::Page> }.into_any()
        }
    })
    .into_any()
}

/// What the page is about at the moment.
#[derive(Clone, Copy)]
struct Desk {
    store: Store,
    chosen: RwSignal<BTreeSet<CheckpointId>>,
    /// The tag that somebody wants to make void, before they have confirmed it.
    asked: RwSignal<Option<Line>>,
    sheet: RwSignal<Option<Vec<PrintedTag>>>,
    is_busy: RwSignal<bool>,
    trouble: RwSignal<Option<Trouble>>,
}

impl Desk {
    /// Fetches the tags of these checkpoints, after making the tag of one void if that is wanted.
    fn fetch(self, void: Option<(CheckpointId, u32)>, checkpoints: Vec<CheckpointId>) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.asked.set(None);
        leptos::task::spawn_local(async move {
            let mut trouble = None;
            if let Some((checkpoint, issue)) = void {
                trouble = in_own_session(online::reissue_tag(checkpoint, issue)).await.err();
                // The new issue comes with the records.
                self.store.bell().ring();
            }
            if trouble.is_none() {
                match in_own_session(online::tag_sheet(checkpoints)).await {
                    Ok(tags) => {
                        self.sheet.try_set(Some(tags));
                    }
                    Err(other) => trouble = Some(other),
                }
            }
            self.trouble.try_set(trouble);
            self.is_busy.try_set(false);
        });
    }
}

#[component]
fn Tags() -> impl IntoView {
    let desk = Desk {
        store: use_store(),
        chosen: RwSignal::default(),
        asked: RwSignal::default(),
        sheet: RwSignal::default(),
        is_busy: RwSignal::new(false),
        trouble: RwSignal::default(),
    };
    move || match desk.sheet.get() {
        Some(tags) => sheet::page(tags, desk.sheet),
        None => choice(desk),
    }
}

/// A checkpoint in the list.
#[derive(Clone, PartialEq, Eq)]
struct Line {
    id: CheckpointId,
    name: String,
    area: String,
    issue: u32,
}

fn choice(desk: Desk) -> AnyView {
    let (words, area) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let lines = Memo::new(move |_| {
        let (words, area) = (words.get().trim().to_lowercase(), area.get().parse().ok());
        desk.store.world.with(|world| lines(world, &words, area))
    });
    let areas = desk.store.world.with_untracked(areas);
    let foot = view! {
        <button class="button main" aria-busy=move || desk.is_busy.get().to_string()
            disabled=move || desk.is_busy.get() || desk.chosen.with(BTreeSet::is_empty)
            on:click=move |_| desk.fetch(None, desk.chosen.get_untracked().into_iter().collect())>
            {move || match desk.chosen.with(BTreeSet::len) {
                _ if desk.is_busy.get() => general::loading().to_owned(),
                0 => say::choose_first().to_owned(),
                n => say::show_tags(n),
            }}
        </button>
    };
    let choose_shown = move |_| {
        let shown: BTreeSet<_> = lines.with(|lines| lines.iter().map(|line| line.id).collect());
        desk.chosen.update(|chosen| if shown.is_subset(chosen) { chosen.clear() } else { chosen.extend(shown) });
    };
    view! {
        <ui::Page title=say::tags() back="/settings" foot=foot.into_any()>
            <p class="lead">{say::tags_lead()}</p>
            {move || desk.asked.get().map(|line| confirmation(desk, line))}
            {move || desk.trouble.get().map(|trouble| told(&trouble))}
            {ui::search(words)}
            <div class="filters">
                <label>{say::area()}<select id="field-area" on:change=move |event| area.set(event_target_value(&event))>
                    <option value="">{say::all_areas()}</option>
                    {areas.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect_view()}
                </select></label>
                <button class="button quiet" on:click=choose_shown>{move || say::choose_shown(lines.with(Vec::len))}</button>
            </div>
            {move || lines.with(Vec::is_empty).then(|| ui::empty(general::nothing_found(), general::nothing_found_next()))}
            <ul class="rows">{move || lines.get().into_iter().map(|line| row(desk, line)).collect_view()}</ul>
        </ui::Page>
    }
    .into_any()
}

fn row(desk: Desk, line: Line) -> AnyView {
    let id = line.id;
    let is_chosen = move || desk.chosen.with(|chosen| chosen.contains(&id));
    let choose = move |_| {
        desk.chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    let (name, note, label) =
        (line.name.clone(), [&line.area, " · ", &say::issue(line.issue)].concat(), say::reissue_of(&line.name));
    view! {
        <li class="row">
            <label class="check grow">
                <input type="checkbox" prop:checked=is_chosen on:change=choose/>
                <span class="grow">{name}<span class="note">{note}</span></span>
            </label>
            <button class="button quiet" aria-label=label on:click=move |_| desk.asked.set(Some(line.clone()))>{say::reissue()}</button>
        </li>
    }
    .into_any()
}

fn confirmation(desk: Desk, line: Line) -> AnyView {
    let question = say::reissue_question(&line.name);
    let heading = NodeRef::<leptos::html::Div>::new();
    heading.on_load(|card| card.scroll_into_view());
    view! {
        <div class="card attention" role="alertdialog" aria-label=say::reissue() node_ref=heading>
            <p>{question}</p>
            <div class="foot-row">
                <button class="button quiet" on:click=move |_| desk.asked.set(None)>{general::cancel()}</button>
                <button class="button danger" on:click=move |_| desk.fetch(Some((line.id, line.issue)), vec![line.id])>{say::reissue_now()}</button>
            </div>
        </div>
    }
    .into_any()
}

fn told(trouble: &Trouble) -> AnyView {
    let must_sign_in = *trouble == Trouble::SignInFirst;
    view! {
        <p class="problem" role="alert">{ui::glyph("bad")}<span>{general::trouble(trouble)}</span></p>
        {must_sign_in.then(|| view! { <a class="button quiet" href="/sign-in">{accounts::sign_in()}</a> })}
    }
    .into_any()
}

/// The checkpoints whose name or area has these words, in this area or one inside it.
fn lines(world: &World, words: &str, within: Option<AreaId>) -> Vec<Line> {
    let mut lines: Vec<Line> = world
        .all()
        .filter_map(|body| match body {
            Body::Checkpoint(checkpoint) => line(world, checkpoint, words, within),
            _ => None,
        })
        .collect();
    lines.sort_by(|a, b| (&a.area, &a.name).cmp(&(&b.area, &b.name)));
    lines
}

fn line(world: &World, checkpoint: &Checkpoint, words: &str, within: Option<AreaId>) -> Option<Line> {
    let area = area_of(world, checkpoint.area.into());
    let names = area.map(|area| &area.name).into_iter().chain([&checkpoint.name]);
    let has_words = |text: &String| text.to_lowercase().contains(words);
    if !names.into_iter().any(|name| has_words(&name.zh) || has_words(&name.en)) {
        return None;
    }
    if within.is_some_and(|wanted| !is_within(world, checkpoint.area, wanted)) {
        return None;
    }
    let area = area.map(|area| locales::say(&area.name)).unwrap_or_default();
    Some(Line { id: checkpoint.id, name: locales::say(&checkpoint.name), area, issue: checkpoint.tag.issue })
}

fn is_within(world: &World, area: AreaId, wanted: AreaId) -> bool {
    // Whoever made areas lie in a circle still gets an answer.
    let mut next = Some(area);
    for _ in 0..16 {
        match next {
            Some(here) if here == wanted => return true,
            Some(here) => next = area_of(world, here.into()).and_then(|area| area.inside),
            None => return false,
        }
    }
    false
}

fn area_of(world: &World, id: RecordId) -> Option<&Area> {
    match world.get(id) {
        Some(Body::Area(area)) => Some(area),
        _ => None,
    }
}

fn areas(world: &World) -> Vec<(AreaId, String)> {
    let all = world.all().filter_map(|body| match body {
        Body::Area(area) => Some((area.id, locales::say(&area.name))),
        _ => None,
    });
    let mut areas: Vec<_> = all.collect();
    areas.sort_by(|a, b| a.1.cmp(&b.1));
    areas
}
