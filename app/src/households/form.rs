//! The fields of a household: what is written on its door, and the building that it is in.

use domain::{
    households::Household,
    ids::{ChangeId, HouseholdId},
    permissions::Act,
    residents::Request,
    text::{NAME_MOST, Words, typed_or_empty},
};
use leptos::{ev::SubmitEvent, prelude::*};
use serde::{Deserialize, Serialize};

use super::{area_name, buildings, held};
use crate::{
    asking::{Asking, for_who_may},
    device::clock,
    locales::{self, general, households as say, people},
    shell::go,
    store::use_store,
    ui,
};

pub fn new_page() -> AnyView {
    for_who_may(Act::ApproveHouseholds, say::add(), || view! { <Fields household=None/> }.into_any())
}

pub fn edit_page(household: HouseholdId) -> AnyView {
    for_who_may(Act::ApproveHouseholds, say::edit(), move || view! { <Fields household=Some(household)/> }.into_any())
}

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    zh: String,
    en: String,
    building: String,
    /// The record that it builds on. What builds on an older one is refused: nobody overwrites what they have not seen.
    #[serde(default)]
    revision: Option<ChangeId>,
}

impl Typed {
    fn of(household: &Household) -> Self {
        let building = household.area.map(|area| area.to_string()).unwrap_or_default();
        let revision = household.revision;
        Self { zh: household.flat.zh.clone(), en: household.flat.en.clone(), building, revision }
    }
}

#[component]
fn Fields(household: Option<HouseholdId>) -> impl IntoView {
    let store = use_store();
    let asking = Asking::begin(store, "household", household.map(Into::into));
    let refused = match asking.refused() {
        Some(Request::PutHousehold(it)) => Some(it),
        _ => None,
    };
    let there = move || household.and_then(|id| store.world.with(|world| held(world, id).cloned()));
    let base = untrack(there);
    let is_lost = household.is_some() && base.is_none() && refused.is_none();
    let first = asking.kept().or(refused.as_ref().or(base.as_ref()).map(Typed::of)).unwrap_or_default();
    let Typed { zh, en, building, revision } = first;
    // A draft of an earlier release does not say.
    let revision = revision.or(base.and_then(|base| base.revision));
    let [zh, en, building] = [zh, en, building].map(RwSignal::new);
    let fault = RwSignal::new(None::<String>);
    asking.keep(move || Typed { zh: zh.get(), en: en.get(), building: building.get(), revision });
    let new = household.unwrap_or_else(clock::fresh_household);
    let is_corrected = refused.is_some();
    let members = move || untrack(there).map(|there| there.members).unwrap_or_default();
    let go = go();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let flats = [zh, en].map(|flat| typed_or_empty(&flat.get_untracked(), NAME_MOST));
        let [zh_flat, en_flat] = match flats {
            [Ok(zh), Ok(en)] if zh.is_empty() && en.is_empty() => return fault.set(Some(say::flat_needed().into())),
            [Ok(zh), Ok(en)] => [zh, en],
            [Err(unfit), _] | [_, Err(unfit)] => return fault.set(Some(general::unfit(&unfit))),
        };
        fault.set(None);
        let wish = Household {
            id: new,
            flat: Words::new(zh_flat, en_flat),
            area: building.get_untracked().parse().ok(),
            members: members(),
            moved_out: None,
            // What is there now stands above a form that corrects.
            revision: if is_corrected { untrack(there).and_then(|there| there.revision) } else { revision },
        };
        let go = go.clone();
        asking.ask(Request::PutHousehold(wish), move || go(&format!("/households/{new}")));
    };
    let choices = store.world.with_untracked(buildings);
    let option = move |(value, words): (String, String)| {
        let this = value.clone();
        view! { <option value=value selected=move || building.get_untracked() == this>{words}</option> }
    };
    let now_is = move || {
        let there = there()?;
        let place = store.world.with(|world| area_name(world, there.area));
        Some([Some(locales::say(&there.flat)), place].into_iter().flatten().collect::<Vec<_>>().join(" · "))
    };
    let title = if household.is_none() { say::add() } else { say::edit() };
    let back = household.filter(|_| !is_lost).map_or("/households".to_owned(), |id| format!("/households/{id}"));
    if is_lost {
        return view! {
            <ui::Page title=title back=back>{ui::empty(general::thing_not_here(), general::thing_not_here_next())}</ui::Page>
        }
        .into_any();
    }
    view! {
        <ui::Page title=title back=back>
            <form class="card" on:submit=submit>
                {asking.corrects(now_is)}
                <ui::Field label=say::flat_zh() name="flat-zh" autocomplete="off" note=say::flat_note() value=zh fault=fault/>
                <ui::Field label=say::flat_en() name="flat-en" autocomplete="off" value=en/>
                <div class="field">
                    <label for="field-building">{say::building()}</label>
                    <select id="field-building" aria-describedby="building-note" on:change=move |event| building.set(event_target_value(&event))>
                        {option((String::new(), say::no_building().into()))}
                        {choices.into_iter().map(|(id, name)| option((id.to_string(), name))).collect_view()}
                    </select>
                    <p class="note" id="building-note">{say::building_note()}</p>
                </div>
                {asking.problem()}
                <button class="button main" type="submit">{people::save()}</button>
            </form>
        </ui::Page>
    }
    .into_any()
}
