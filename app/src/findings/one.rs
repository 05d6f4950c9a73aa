//! One finding: what, where, by whom; and putting it right.

use domain::{
    changes::{Deed, Fact, FindingCorrected},
    findings::Source,
    ids::FindingId,
    permissions::{Act, may},
    photos::Photo,
    records::Body,
    text::{NOTE_MOST, typed},
};
use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    locales::{self, findings as say, general, time},
    photos::{self, photo_list},
    store::use_store,
    today::person_name,
    ui,
};

pub fn page(finding: &str) -> AnyView {
    match finding.parse() {
        Ok(finding) => view! { <One finding/> }.into_any(),
        Err(_) => crate::rounds::walk::missing(),
    }
}

#[component]
fn One(finding: FindingId) -> impl IntoView {
    let store = use_store();
    let found = Memo::new(move |_| {
        store.world.with(|world| match world.get(finding.into()) {
            Some(Body::Finding(finding)) => Some(finding.clone()),
            _ => None,
        })
    });
    let is_here = Memo::new(move |_| found.with(Option::is_some));
    let is_open = Memo::new(move |_| found.with(|found| found.as_ref().is_some_and(|found| found.is_open())));
    let details = move || {
        let (zone, now) = (store.zone(), store.time());
        let finding = found.get()?;
        Some(store.world.with(|world| {
            let place = match world.get(finding.checkpoint.into()) {
                Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
                _ => String::new(),
            };
            let (source, round) = match &finding.source {
                Source::FailedItem { round, .. } => (say::from_item(), Some(*round)),
                Source::Reported { round } => (say::from_report(), *round),
            };
            let who = say::found_by(&person_name(world, finding.by), &time::absolute(finding.at.best, now, &zone));
            let corrected = finding.corrected.as_ref().map(|correction| {
                let who = say::corrected_by(&person_name(world, correction.by), &time::absolute(correction.at.best, now, &zone));
                view! { <div class="card"><p class="done">{ui::glyph("corrected")}{who}</p><p class="words">{correction.comment.clone()}</p>{photos::row(correction.photos.clone(), None)}</div> }
            });
            let may_see = store.me().is_some_and(|me| may(&me.roles, Act::SeeResults));
            let round = round.filter(|round| may_see && world.get((*round).into()).is_some());
            view! {
                <div class="card">
                    {finding.what.as_ref().map(|what| view! { <p class="what">{locales::say(what)}</p> })}
                    {finding.danger.then(|| view! { <p class="what">{say::is_danger()}</p> })}
                    <p class="words">{finding.note.clone()}</p>
                    {photos::row(finding.photos.clone(), None)}
                    <p class="note">{place}" · "{source}</p>
                    <p class="note">{who}</p>
                    {round.map(|round| view! { <a class="button quiet" href=format!("/results/{round}")>{say::see_round()}</a> })}
                </div>
                {corrected}
            }
        }))
    };
    move || {
        if !is_here.get() {
            return crate::rounds::walk::missing();
        }
        view! {
            <ui::Page title=general::findings() back="/findings">
                {details}
                {move || is_open.get().then(|| view! { <PutRight finding/> })}
            </ui::Page>
        }
        .into_any()
    }
}

#[component]
fn PutRight(finding: FindingId) -> impl IntoView {
    let store = use_store();
    let key = format!("corrected:{finding}");
    let kept: (String, Vec<Photo>) =
        store.draft(&key).and_then(|text| domain::json::read(&text).ok()).unwrap_or_default();
    let comment = RwSignal::new(kept.0);
    let photos = RwSignal::new(kept.1);
    let key = StoredValue::new(key);
    let text = |draft: &(String, Vec<Photo>)| serde_json::to_string(draft).unwrap_or_default();
    Effect::new(move |before: Option<(String, Vec<Photo>)>| {
        let now = (comment.get(), photos.get());
        if before.is_some_and(|before| before != now) {
            store.keep_draft(key.get_value(), text(&now));
        }
        now
    });
    let album = photo_list(photos, move |photo| {
        let mut draft = (comment.get_untracked(), photos.get_untracked());
        photo.join(&mut draft.1);
        (key.get_value(), text(&draft))
    });
    let fault = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let comment = match typed(&comment.get_untracked(), NOTE_MOST) {
            Ok(comment) => comment,
            Err(unfit) => return fault.set(Some(general::unfit(&unfit))),
        };
        if store.saving.get_untracked() {
            return;
        }
        let deed =
            Deed::Fact(Fact::FindingCorrected(FindingCorrected { finding, comment, photos: photos.get_untracked() }));
        leptos::task::spawn_local(async move {
            if let Err(problem) = store.commit(vec![deed], Some(key.get_value())).await {
                fault.set(Some(ui::not_saved(&problem)));
            }
        });
    };
    view! {
        <form class="card" on:submit=submit>
            <ui::LongField label=say::how() name="comment" value=comment fault=fault/>
            {album}
            <button class="button main" type="submit" disabled=move || store.saving.get()>{say::put_right()}</button>
        </form>
    }
}
