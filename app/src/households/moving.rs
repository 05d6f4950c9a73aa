//! Moving out: what it means, before it is done.

use domain::{households::HouseholdMovedOut, ids::HouseholdId, residents::Request};
use leptos::{html, prelude::*};

use crate::{
    asking::Asking,
    locales::{general, households as say},
    store::Store,
    ui,
};

/// The way to end the tenancy of a household.
pub fn card(store: Store, household: HouseholdId, flat: String) -> AnyView {
    let is_asked = RwSignal::new(false);
    let asking = Asking::begin(store, "household-moved-out", Some(household.into()));
    (move || {
        if is_asked.get() {
            return question(asking, household, &flat, is_asked);
        }
        view! { <button type="button" class="button quiet" on:click=move |_| is_asked.set(true)>{say::move_out()}</button> }
            .into_any()
    })
    .into_any()
}

fn question(asking: Asking, household: HouseholdId, flat: &str, is_asked: RwSignal<bool>) -> AnyView {
    let title = NodeRef::<html::H2>::new();
    title.on_load(|title| {
        let _ = title.focus();
    });
    let move_out = move |_| {
        asking.ask(Request::HouseholdMovedOut(HouseholdMovedOut { household }), move || {
            is_asked.try_set(false);
        });
    };
    let means =
        [say::means_access(), say::means_phones(), say::means_places(), say::means_codes(), say::means_for_good()];
    view! {
        <section class="card attention" role="alertdialog" aria-labelledby="moving-title" aria-describedby="moving-means">
            <h2 id="moving-title" tabindex="-1" node_ref=title>{say::move_out_question(flat)}</h2>
            <ul id="moving-means" class="means">{means.map(|words| view! { <li>{words}</li> }).into_iter().collect_view()}</ul>
            {asking.problem()}
            <div class="foot-row">
                <button type="button" class="button quiet" on:click=move |_| is_asked.set(false)>{general::cancel()}</button>
                <button type="button" class="button danger" on:click=move_out>{ui::icon("household")}{say::move_out()}</button>
            </div>
        </section>
    }
    .into_any()
}
