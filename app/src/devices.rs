//! The devices of the community: when each was last heard of, confirming that a shared one is ours, and retiring one that is lost.

use domain::{
    ids::DeviceId,
    permissions::{Act, may},
};
use leptos::prelude::*;
use sync::messages::Profile;

use crate::{
    accounts::session::in_own_session,
    locales::{general as say, time},
    online::{self, Confirmation, DeviceInfo, Trouble},
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <Devices/> }.into_any()
}

#[component]
fn Devices() -> impl IntoView {
    let store = use_store();
    let answer = RwSignal::new(None::<Result<Vec<DeviceInfo>, Trouble>>);
    let asked = RwSignal::new(None::<DeviceInfo>);
    let read = move || {
        leptos::task::spawn_local(async move {
            answer.try_set(Some(in_own_session(online::devices()).await));
        });
    };
    read();
    let retire = move |device: DeviceInfo| {
        leptos::task::spawn_local(async move {
            match in_own_session(online::retire_device(device.id)).await {
                Ok(()) => read(),
                Err(trouble) => {
                    answer.try_set(Some(Err(trouble)));
                }
            }
            asked.try_set(None);
        });
    };
    let confirm = move |device: DeviceId| {
        leptos::task::spawn_local(async move {
            match in_own_session(online::confirm_device(device)).await {
                Ok(()) => read(),
                Err(trouble) => {
                    answer.try_set(Some(Err(trouble)));
                }
            }
        });
    };
    let presses = Presses { retire: asked, confirm: Callback::new(confirm) };
    view! {
        <ui::Page title=say::devices()>
            {move || asked.get().map(|device| {
                let question = say::retire_question(&device.name);
                view! {
                    <div class="card attention" role="alertdialog" aria-label=say::retire()>
                        <p>{question}</p>
                        <div class="foot-row">
                            <button class="button quiet" on:click=move |_| asked.set(None)>{say::cancel()}</button>
                            <button class="button danger" on:click=move |_| retire(device.clone())>{say::retire()}</button>
                        </div>
                    </div>
                }
            })}
            {move || match answer.get() {
                None => view! { <p class="lead" role="status">{say::loading()}</p> }.into_any(),
                Some(Err(Trouble::NoNetwork)) => view! {
                    {ui::empty(say::no_network_here(), say::no_network_here_next())}
                    <button class="button quiet" on:click=move |_| read()>{say::try_again()}</button>
                }.into_any(),
                Some(Err(trouble)) => view! {
                    <p class="problem" role="alert">{ui::glyph("bad")}<span>{say::trouble(&trouble)}</span></p>
                    {(trouble == Trouble::SignInFirst).then(|| view! { <a class="button quiet" href="/sign-in">{crate::locales::accounts::sign_in()}</a> })}
                }.into_any(),
                Some(Ok(devices)) if devices.is_empty() => view! { <p class="lead">{say::no_devices()}</p> }.into_any(),
                Some(Ok(devices)) => list(store, devices, presses),
            }}
        </ui::Page>
    }
}

/// What can be pressed beside a device.
#[derive(Clone, Copy)]
struct Presses {
    retire: RwSignal<Option<DeviceInfo>>,
    confirm: Callback<DeviceId>,
}

/// First those that somebody must look at.
fn list(store: Store, devices: Vec<DeviceInfo>, presses: Presses) -> AnyView {
    let may_confirm = store.me().is_some_and(|me| may(&me.roles, Act::ConfirmSharedDevice));
    let is_assumed = |device: &DeviceInfo| device.retired.is_none() && device.confirmation == Confirmation::Assumed;
    let (assumed, mut others): (Vec<_>, Vec<_>) =
        devices.into_iter().partition(|device| may_confirm && is_assumed(device));
    others.sort_by_key(|device| device.retired.is_some() || device.confirmation != Confirmation::Awaited);
    let rows = |devices: Vec<DeviceInfo>| devices.into_iter().map(|device| row(store, device, presses)).collect_view();
    view! {
        {(!assumed.is_empty()).then(|| view! {
            <section class="fields"><h2>{say::devices_to_look_at()}</h2><p class="note">{say::devices_to_look_at_note()}</p>
                <ul class="rows">{rows(assumed)}</ul></section>
        })}
        <ul class="rows">{rows(others)}</ul>
    }
    .into_any()
}

fn row(store: Store, device: DeviceInfo, presses: Presses) -> AnyView {
    let me = store.me();
    let may = |act| me.as_ref().is_some_and(|me| may(&me.roles, act));
    let (may_retire, may_confirm) = (may(Act::RetireDevices), may(Act::ConfirmSharedDevice));
    let (zone, now) = (store.zone(), store.time());
    let kind = match device.profile {
        Profile::Shared => say::shared_device().to_owned(),
        Profile::Personal { person } => {
            let name = store.world.with_untracked(|world| crate::today::person_name(world, person));
            format!("{} · {name}", say::personal_device())
        }
    };
    let seen = match device.seen {
        Some(seen) => say::device_seen(&time::ago(seen, now, &zone)),
        None => say::device_never_seen().to_owned(),
    };
    let sealed = device.sealed.map(|sealed| say::device_complete(&time::absolute(sealed, now, &zone)));
    let is_retired = device.retired.is_some();
    let (is_evicted, custody) = (device.evicted.is_some(), device.custody);
    let evicted = device.evicted.map(|at| say::device_evicted(&time::ago(at, now, &zone), device.lost));
    let is_awaited = !is_retired && device.confirmation == Confirmation::Awaited;
    let is_to_confirm = !is_retired && device.confirmation != Confirmation::Given;
    let enrolled_by = (device.profile == Profile::Shared).then(|| {
        let name = store.world.with_untracked(|world| crate::today::person_name(world, device.enrolled_by));
        say::enrolled_by(&name)
    });
    let state = if device.lost + custody > 0 || is_awaited {
        "attention"
    } else if is_retired {
        "ahead"
    } else if device.waiting > 0 {
        "waiting"
    } else {
        "good"
    };
    let name = device.name.clone();
    let (id, waiting) = (device.id, device.waiting);
    view! {
        <li class="row device">
            {ui::glyph(state)}
            <span class="grow"><strong>{name}</strong>
                <span class="note">{kind}" · "{seen}</span>
                {enrolled_by.map(|words| view! { <span class="note">{words}</span> })}
                {is_awaited.then(|| view! { <span class="note">{say::device_to_confirm()}</span> })}
                {sealed.map(|words| view! { <span class="note">{words}</span> })}
                {evicted.map(|words| view! { <span class="note">{words}</span> })}
                {(custody > 0).then(|| view! { <span class="note">{say::device_custody(custody)}</span> })}
                {(waiting > 0 && !is_evicted).then(|| view! { <span class="note">{say::device_waiting(waiting)}</span> })}
            </span>
            {(is_to_confirm && may_confirm).then(|| view! {
                <button class="button" on:click=move |_| presses.confirm.run(id)>{say::confirm_device()}</button>
            })}
            {if is_retired {
                view! { <span class="note">{say::retired()}</span> }.into_any()
            } else if may_retire {
                view! { <button class="button quiet" on:click=move |_| presses.retire.set(Some(device.clone()))>{say::retire()}</button> }.into_any()
            } else {
                ().into_any()
            }}
        </li>
    }
    .into_any()
}
