//! Photos: taking them beside an answer or a finding, and showing them.

mod shutter;

use std::future::Future;

use domain::{
    photos::{PHOTOS_MOST, Photo, PhotoFault, PhotoHash},
    storage::Room,
    time::Moment,
};
use leptos::{html, prelude::*};
use sync::{device::outbox::PhotoState, messages::path};
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

use crate::{
    device::{
        camera, network,
        pictures::{self, Picture},
        storage,
    },
    locales::{photos as say, time},
    store::{Store, use_store},
    ui,
};

/// Where photos may be added: a draft that is kept on the disk.
#[derive(Clone, Copy)]
pub struct Album {
    /// The photos that are in it now.
    pub photos: Signal<Vec<Photo>>,
    /// The draft's key on the disk and its text once it names this photo too.
    pub with: Callback<Photo, (String, String)>,
    /// The photo is on the disk: name it for good.
    pub add: Callback<Photo>,
    pub remove: Callback<Photo>,
}

/// Buttons that take or choose photos, and those of the draft.
pub fn album(album: Album) -> AnyView {
    let store = use_store();
    let is_busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let is_shutter_open = RwSignal::new(false);
    let chosen = Callback::new(move |files: Vec<File>| {
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            fault.try_set(take_all(store, album, files).await.err());
            is_busy.try_set(false);
        });
    });
    view! {
        <div class="album">
            {move || {
                let photos = album.photos.get();
                (!photos.is_empty()).then(|| row(photos, Some(album.remove)))
            }}
            <div class="album-buttons" aria-busy=move || is_busy.get().to_string()>
                {if camera::is_offered() {
                    view! {
                        <button type="button" class="button quiet" on:click=move |_| is_shutter_open.set(true)>
                            {ui::icon("camera")}{say::take()}
                        </button>
                    }
                    .into_any()
                } else {
                    picker(say::take(), true, chosen)
                }}
                {picker(say::choose(), false, chosen)}
            </div>
            {move || is_shutter_open.get().then(|| shutter::shutter(album, is_shutter_open))}
            <p class="note" role="status">{move || is_busy.get().then(say::preparing)}</p>
            <p class="fault" role="alert">{move || fault.get()}</p>
        </div>
    }
    .into_any()
}

/// [`album`] over a plain list of photos, which the form keeps in its draft.
pub fn photo_list(
    photos: RwSignal<Vec<Photo>>,
    with: impl Fn(Photo) -> (String, String) + Send + Sync + 'static,
) -> AnyView {
    album(Album {
        photos: photos.into(),
        with: Callback::new(with),
        add: Callback::new(move |photo: Photo| photos.update(|photos| photo.join(photos))),
        remove: Callback::new(move |photo| photos.update(|photos| photos.retain(|kept| *kept != photo))),
    })
}

/// Keeps them one after the other; the first that fails says why, and those before it stay.
async fn take_all(store: Store, album: Album, files: Vec<File>) -> Result<(), String> {
    for file in files {
        keep(store, album, pictures::shrink(&file)).await?;
    }
    Ok(())
}

/// Keeps one photo with the draft, where there is room for it.
async fn keep(
    store: Store,
    album: Album,
    picture: impl Future<Output = Result<Picture, PhotoFault>>,
) -> Result<(), String> {
    // Whoever is done before it is kept would go without it.
    let _save = store.begin_save();
    if album.photos.try_get_untracked().is_none_or(|photos| photos.len() >= PHOTOS_MOST) {
        return Err(say::enough(PHOTOS_MOST));
    }
    if storage::usage().await.is_some_and(|usage| usage.room() == Room::NoPhotos) {
        return Err(say::no_room().to_owned());
    }
    let picture = picture.await.map_err(|fault| say::fault(fault).to_owned())?;
    let kept = store.keep_photo(picture, |photo| album.with.try_run(photo)).await;
    album.add.try_run(kept.map_err(|fault| ui::not_saved(&fault))?);
    Ok(())
}

fn picker(words: &'static str, camera: bool, chosen: Callback<Vec<File>>) -> AnyView {
    let take = move |event: leptos::ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let files: Vec<File> =
            input.files().map(|files| (0..files.length()).filter_map(|n| files.get(n)).collect()).unwrap_or_default();
        // The same file may be chosen again.
        input.set_value("");
        chosen.run(files);
    };
    view! {
        <label class="button quiet picker">
            {ui::icon(if camera { "camera" } else { "plus" })}{words}
            <input type="file" accept="image/*" capture=camera.then_some("environment") multiple=!camera on:change=take/>
        </label>
    }
    .into_any()
}

/// Photos side by side, small.
pub fn row(photos: Vec<Photo>, remove: Option<Callback<Photo>>) -> AnyView {
    if photos.is_empty() {
        return ().into_any();
    }
    let store = use_store();
    let photos: Vec<_> = photos.into_iter().map(|photo| one(store, photo, remove)).collect();
    view! { <ul class="photos">{photos}</ul> }.into_any()
}

fn one(store: Store, photo: Photo, remove: Option<Callback<Photo>>) -> AnyView {
    let when = time::absolute(photo.taken, store.time(), &store.zone());
    let own = store.world.with_untracked(|world| world.outbox.photos.get(&photo.hash).map(|own| own.state));
    let source = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<&'static str>);
    let address = format!("{}/{}", path::SHOWN_PHOTOS, photo.hash);
    let thumbnail = format!("{address}/thumbnail");
    match own {
        None => source.set(Some(thumbnail)),
        Some(_) => leptos::task::spawn_local(async move {
            let here = store.disk().thumbnail(photo.hash).await.ok().flatten();
            source.try_set(Some(here.unwrap_or(thumbnail)));
        }),
    }
    let on_error = move |_| {
        let address = address.clone();
        leptos::task::spawn_local(async move {
            let is_there = network::is_reached(&address).await;
            problem.try_set(Some(if is_there { say::on_its_way() } else { say::needs_network() }));
        });
    };
    let viewed = RwSignal::new(false);
    let (open_words, remove_words, alt) = (say::open(&when), say::remove(&when), say::taken(&when));
    let is_waiting = move || {
        store
            .world
            .with(|world| world.outbox.photos.get(&photo.hash).is_some_and(|own| own.state == PhotoState::Waiting))
    };
    view! {
        <li class="photo">
            {move || match problem.get() {
                Some(words) => view! { <p class="note">{words}</p> }.into_any(),
                None => {
                    let on_error = on_error.clone();
                    view! {
                        <button type="button" class="photo-button" aria-label=open_words.clone() on:click=move |_| viewed.set(true)>
                            {source.get().map(|source| view! { <img src=source alt=alt.clone() loading="lazy" on:error=on_error/> })}
                        </button>
                    }
                    .into_any()
                }
            }}
            {move || is_waiting().then(|| view! { <span class="photo-state">{ui::glyph("waiting")}{say::to_send()}</span> })}
            {remove.map(|remove| view! {
                <button type="button" class="photo-remove" aria-label=remove_words on:click=move |_| remove.run(photo)>"✕"</button>
            })}
            {move || viewed.get().then(|| viewer(store, photo, viewed))}
        </li>
    }
    .into_any()
}

/// Where a photo is shown from: this device's own copy for as long as the page lives, or else the server. None until the disk
/// has been asked.
pub fn source_of(store: Store, photo: PhotoHash) -> RwSignal<Option<String>> {
    let source = RwSignal::new(None::<String>);
    let made = StoredValue::new(None::<String>);
    leptos::task::spawn_local(async move {
        let bytes = store.disk().photo_bytes(photo).await.ok().flatten();
        let here = bytes.and_then(|bytes| pictures::address_of(&bytes));
        made.try_set_value(here.clone());
        source.try_set(Some(here.unwrap_or_else(|| format!("{}/{photo}", path::SHOWN_PHOTOS))));
    });
    on_cleanup(move || {
        if let Some(Some(address)) = made.try_get_value() {
            pictures::forget_address(&address);
        }
    });
    source
}

/// The whole photo above everything, until it is closed.
fn viewer(store: Store, photo: Photo, viewed: RwSignal<bool>) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        let _ = dialog.show_modal();
    });
    let source = source_of(store, photo.hash);
    let when = when(store, photo.taken);
    let label = when.clone();
    let problem = RwSignal::new(false);
    view! {
        <dialog class="viewer" node_ref=dialog aria-label=label on:close=move |_| viewed.set(false)>
            {move || if problem.get() {
                view! { <p>{say::needs_network()}</p> }.into_any()
            } else {
                let alt = when.clone();
                view! { {source.get().map(|source| view! { <img src=source alt=alt on:error=move |_| problem.set(true)/> })} }.into_any()
            }}
            <button type="button" class="button main" on:click=move |_| viewed.set(false)>{say::close()}</button>
        </dialog>
    }
    .into_any()
}

fn when(store: Store, taken: Moment) -> String {
    say::taken(&time::absolute(taken, store.time(), &store.zone()))
}
