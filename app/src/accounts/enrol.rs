//! Enrol this device: a shared tablet, or the signed-in person's own.

use domain::{
    permissions::{Act, may},
    text::{NAME_MOST, Unfit, typed},
};
use leptos::prelude::*;
use sync::{
    device::exchange::Fault,
    messages::{Enrol, Enrolled, Identity, path},
};

use super::Enrolling;
use crate::{
    device::network,
    locales::{self, accounts as say, general},
    online::Trouble,
    store::{Network, Present, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <EnrolDevice/> }.into_any()
}

#[component]
fn EnrolDevice() -> impl IntoView {
    let store = use_store();
    let enrolling = expect_context::<Enrolling>().0;
    let Some(person) = enrolling.get_untracked() else { return ().into_any() };
    let may_share = may(&person.roles, Act::EnrolSharedDevice);
    let is_shared = RwSignal::new(may_share && !may(&person.roles, Act::SeeResults));
    let suggested = move || if is_shared.get() { say::device_name_shared() } else { say::device_name_personal() };
    let name = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let enrol = move |_| {
        if busy.get_untracked() {
            return;
        }
        let name = match typed(&name.get_untracked(), NAME_MOST) {
            Ok(name) => name,
            Err(Unfit::Empty) => untrack(suggested).to_owned(),
            Err(unfit) => return fault.set(Some(general::unfit(&unfit))),
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            // What the disk holds, and not this tab: a server that knows more sees that the browser has forgotten it.
            let lanes = store.disk().outbox().await.ok().map(|outbox| outbox.lanes.into_keys().collect());
            let wish = Enrol { name, shared: is_shared.get_untracked(), lanes };
            let answer: Result<Enrolled, Fault> = network::post(path::ENROL, &wish).await;
            match answer {
                Ok(enrolled) => {
                    let present = Present { person: person.person, identity: Identity::SignedIn };
                    store.network.set(Network::Unknown);
                    match store.enrol(enrolled, present).await {
                        Ok(()) => enrolling.set(None),
                        Err(problem) => fault.set(Some(ui::not_saved(&crate::store::NotSaved::Disk(problem)))),
                    }
                }
                Err(Fault::NotEnrolled) => {
                    fault.set(Some(general::trouble(&Trouble::SignInFirst)));
                    enrolling.set(None);
                }
                Err(Fault::Rejected) => fault.set(Some(general::trouble(&Trouble::Invalid { field: "name".into() }))),
                Err(_) => fault.set(Some(general::trouble(&Trouble::NoNetwork))),
            }
            busy.set(false);
        });
    };
    let choice = move |shared: bool, title: &'static str, note: &'static str| {
        view! {
            <label class="choice-card">
                <input type="radio" name="profile" prop:checked=move || is_shared.get() == shared on:change=move |_| is_shared.set(shared)/>
                <span><strong>{title}</strong><span class="note">{note}</span></span>
            </label>
        }
    };
    view! {
        <main class="door">
            <div class="card">
                <h1>{say::enrol()}</h1>
                <p class="lead">{say::enrol_lead(&locales::say(&person.name))}</p>
                <fieldset class="choices">
                    <legend class="unseen">{say::enrol()}</legend>
                    {may_share.then(|| choice(true, say::enrol_shared(), say::enrol_shared_note()))}
                    {choice(false, say::enrol_personal(), say::enrol_personal_note())}
                </fieldset>
                <div class="field">
                    <label for="field-device">{say::device_name()}</label>
                    <input id="field-device" placeholder=suggested prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))/>
                </div>
                {ui::problem(move || fault.get())}
                <button class="button main" disabled=move || busy.get() on:click=enrol>
                    {move || if busy.get() { say::enrolling() } else { say::enrol() }}
                </button>
            </div>
        </main>
    }
    .into_any()
}
