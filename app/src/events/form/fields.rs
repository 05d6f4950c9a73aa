//! The fields of an event, in the order in which a reader meets them.

use domain::{events::Event, ids::SeriesId, text::Words};
use leptos::prelude::*;

use super::typed::{Faults, Typed};
use crate::{
    device::clock,
    events::{events, tally},
    locales::{self, planning as say},
    store::Store,
    ui,
};

type Text = fn(&Typed) -> &String;
type TextMut = fn(&mut Typed) -> &mut String;
type WordsMut = fn(&mut Typed) -> &mut Words;
type WordsOf = fn(&Typed) -> &Words;

/// What fields are drawn over.
#[derive(Clone, Copy)]
struct Over {
    typed: RwSignal<Typed>,
    faults: RwSignal<Faults>,
}

pub fn view(store: Store, typed: RwSignal<Typed>, faults: RwSignal<Faults>, album: AnyView) -> AnyView {
    let over = Over { typed, faults };
    let zone = untrack(|| store.zone()).name;
    let has_rules = typed.with_untracked(|it| {
        [&it.opens, &it.closes, &it.household_most, &it.offer_hours].iter().any(|text| !text.is_empty())
    });
    view! {
        <section class="card" aria-labelledby="form-what">
            <h2 id="form-what">{say::what()}</h2>
            {over.words("title", say::title(), |it| &it.title, |it| &mut it.title)}
            {over.long_words("about", say::about(), |it| &it.about, |it| &mut it.about)}
            {over.words("fee", say::fee(), |it| &it.fee, |it| &mut it.fee)}
            <p class="note">{say::fee_note()}</p>
            {over.words("audience", say::audience(), |it| &it.audience, |it| &mut it.audience)}
            <div role="group" aria-label=say::picture()><p><strong>{say::picture()}</strong>" "<span class="note">{say::picture_note()}</span></p>{album}</div>
        </section>
        <section class="card" aria-labelledby="form-when">
            <h2 id="form-when">{say::when_and_where()}</h2>
            <p class="note">{say::zone_note(&zone)}</p>
            <div class="side-by-side">
                {over.line("starts", "datetime-local", say::starts(), "", |it| &it.starts, |it| &mut it.starts)}
                {over.line("ends", "datetime-local", say::ends(), "", |it| &it.ends, |it| &mut it.ends)}
            </div>
            {over.words("place", say::place(), |it| &it.place, |it| &mut it.place)}
        </section>
        <section class="card" aria-labelledby="form-places">
            <h2 id="form-places">{say::places()}</h2>
            <div class="side-by-side">
                {over.line("capacity", "number", say::capacity(), "", |it| &it.capacity, |it| &mut it.capacity)}
                {over.line("party_most", "number", say::party_most(), "", |it| &it.party_most, |it| &mut it.party_most)}
            </div>
            {move || below_confirmed(store, typed)}
            <details open=has_rules>
                <summary>{say::sign_up_rules()}</summary>
                <div class="fields-within">
                    <div class="side-by-side">
                        {over.line("opens", "datetime-local", say::opens(), say::opens_note(), |it| &it.opens, |it| &mut it.opens)}
                        {over.line("closes", "datetime-local", say::closes(), say::closes_note(), |it| &it.closes, |it| &mut it.closes)}
                    </div>
                    <div class="side-by-side">
                        {over.line("household_most", "number", say::household_most(), say::household_most_note(), |it| &it.household_most, |it| &mut it.household_most)}
                        {over.line("offer_minutes", "number", say::offer_hours(), say::offer_hours_note(), |it| &it.offer_hours, |it| &mut it.offer_hours)}
                    </div>
                </div>
            </details>
        </section>
        {series(store, over)}
    }
    .into_any()
}

/// What it means that more have a place already.
fn below_confirmed(store: Store, typed: RwSignal<Typed>) -> Option<AnyView> {
    let (event, capacity) = typed.with(|it| (it.event, domain::text::half_width(it.capacity.trim()).parse().ok()));
    let capacity: u32 = capacity?;
    let taken = store.world.with(|world| tally(world, event).map_or(0, |tally| tally.taken()));
    (capacity > 0 && taken > capacity).then(|| {
        let words = say::over_before(taken, taken - capacity);
        view! { <p class="notice attention" role="status">{ui::glyph("attention")}<span>{words}</span></p> }.into_any()
    })
}

/// An event stays in its series for ever, so it is chosen before the event is there.
fn series(store: Store, over: Over) -> AnyView {
    let (event, chosen) = over.typed.with_untracked(|it| (it.event, it.series));
    let is_there = store.world.with_untracked(|world| crate::events::event(world, event).is_some());
    let known: Vec<(SeriesId, String, Words)> = store.world.with_untracked(|world| {
        let mut all: Vec<(SeriesId, &Event)> = events(world).filter_map(|it| Some((it.of.series?, it))).collect();
        all.sort_by_key(|(series, event)| (*series, std::cmp::Reverse(event.details.starts)));
        all.dedup_by_key(|(series, _)| *series);
        let named = |(series, event): (SeriesId, &Event)| {
            let title = event.details.series_title.clone();
            (series, locales::say(&title), title)
        };
        all.into_iter().map(named).collect()
    });
    let fresh = chosen.filter(|it| known.iter().all(|(id, ..)| id != it)).unwrap_or_else(clock::fresh_series);
    let options: Vec<_> = known
        .iter()
        .map(|(id, title, _)| {
            let id = *id;
            let title = title.clone();
            view! { <option value=id.to_string() selected=move || over.typed.with_untracked(|it| it.series == Some(id))>{title}</option> }
        })
        .collect();
    let choose = move |event: leptos::ev::Event| {
        let series: Option<SeriesId> = event_target_value(&event).parse().ok();
        let title = known.iter().find(|(id, ..)| Some(*id) == series).map(|(_, _, title)| title.clone());
        over.typed.update(|it| {
            it.series = series;
            it.series_title = title.unwrap_or_default();
        });
    };
    let is_of_one = Memo::new(move |_| over.typed.with(|it| it.series.is_some()));
    view! {
        <section class="card" aria-labelledby="form-series">
            <h2 id="form-series">{say::series()}</h2>
            {if is_there {
                view! { <p class="note">{say::series_fixed()}</p> }.into_any()
            } else {
                view! {
                    <div class="field">
                        <label for="field-series">{say::series()}</label>
                        <select id="field-series" on:change=choose>
                            <option value="" selected=chosen.is_none()>{say::series_none()}</option>
                            {options}
                            <option value=fresh.to_string() selected=move || over.typed.with_untracked(|it| it.series == Some(fresh))>{say::series_new()}</option>
                        </select>
                    </div>
                }
                .into_any()
            }}
            {move || is_of_one.get().then(|| over.words("series_title", say::series_title(), |it| &it.series_title, |it| &mut it.series_title))}
        </section>
    }
    .into_any()
}

impl Over {
    fn fault(self, field: &'static str) -> Memo<Option<&'static str>> {
        Memo::new(move |_| self.faults.with(|faults| faults.get(field).copied()))
    }

    /// What is typed now takes its fault away.
    fn put(self, field: &'static str, change: impl FnOnce(&mut Typed)) {
        self.typed.update(change);
        if self.faults.with_untracked(|faults| faults.contains_key(field)) {
            self.faults.update(|faults| {
                faults.remove(field);
            });
        }
    }

    fn line(
        self,
        field: &'static str,
        kind: &'static str,
        label: &'static str,
        note: &'static str,
        get: Text,
        set: TextMut,
    ) -> AnyView {
        let fault = self.fault(field);
        let (id, fault_id) = (format!("field-{field}"), format!("field-{field}-fault"));
        let described = fault_id.clone();
        // A number is typed as text: a browser gives nothing at all for what is none, and full-width digits are digits.
        let (kind, mode) = if kind == "number" { ("text", "numeric") } else { (kind, "") };
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id type=kind inputmode=mode autocomplete="off" aria-describedby=described
                    aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || self.typed.with(|it| get(it).clone())
                    on:input=move |event| self.put(field, |it| *set(it) = event_target_value(&event))/>
                {(!note.is_empty()).then(|| view! { <p class="note">{note}</p> })}
                <p class="fault" id=fault_id aria-live="polite">{move || fault.get()}</p>
            </div>
        }
        .into_any()
    }

    fn words(self, field: &'static str, label: &'static str, get: WordsOf, set: WordsMut) -> AnyView {
        self.both(field, label, move |this, tag, name, described, fault| {
            let is_zh = tag == "zh";
            view! {
                <input id=name lang=tag autocomplete="off" aria-describedby=described
                    aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || this.typed.with(|it| side(get(it), is_zh).clone())
                    on:input=move |event| this.put(field, |it| *side_mut(set(it), is_zh) = event_target_value(&event))/>
            }
            .into_any()
        })
    }

    fn long_words(self, field: &'static str, label: &'static str, get: WordsOf, set: WordsMut) -> AnyView {
        self.both(field, label, move |this, tag, name, described, fault| {
            let is_zh = tag == "zh";
            view! {
                <textarea id=name lang=tag rows="3" aria-describedby=described
                    aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || this.typed.with(|it| side(get(it), is_zh).clone())
                    on:input=move |event| this.put(field, |it| *side_mut(set(it), is_zh) = event_target_value(&event))></textarea>
            }
            .into_any()
        })
    }

    /// The same in both languages, with one fault.
    fn both(
        self,
        field: &'static str,
        label: &'static str,
        input: impl Fn(Self, &'static str, String, String, Memo<Option<&'static str>>) -> AnyView,
    ) -> AnyView {
        let fault = self.fault(field);
        let fault_id = format!("field-{field}-fault");
        let one = |tag: &'static str, words: &'static str| {
            let id = format!("field-{field}-{tag}");
            let shown = format!("{label} · {words}");
            view! { <div class="field"><label for=id.clone()>{shown}</label>{input(self, tag, id.clone(), fault_id.clone(), fault)}</div> }
        };
        view! {
            <div class="both-languages">
                <div class="side-by-side">{one("zh", say::in_zh())}{one("en", say::in_en())}</div>
                <p class="fault" id=fault_id.clone() aria-live="polite">{move || fault.get()}</p>
            </div>
        }
        .into_any()
    }
}

fn side(words: &Words, is_zh: bool) -> &String {
    if is_zh { &words.zh } else { &words.en }
}

fn side_mut(words: &mut Words, is_zh: bool) -> &mut String {
    if is_zh { &mut words.zh } else { &mut words.en }
}
