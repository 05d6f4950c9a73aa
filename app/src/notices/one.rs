//! One notice. Whoever opens it has read it.

use domain::{
    changes::{Deed, Fact},
    ids::NoticeId,
    notices::{Notice, ReadNotice},
    permissions::{Act, may},
    records::Body,
    residents,
};
use leptos::prelude::*;

use super::{is_read, published, since};
use crate::{
    locales::{self, calendar, general, notices as say},
    neighbourhood::own_household,
    store::{Store, use_store},
    ui,
};

pub fn page(notice: NoticeId) -> AnyView {
    view! { <One id=notice/> }.into_any()
}

/// The notice, where it is for whoever is here, or they publish notices.
fn held(store: Store, id: NoticeId) -> Option<Notice> {
    let me = store.me()?;
    let building = own_household(store).and_then(|household| household.area);
    let notice = store.world.with(|world| match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Notice(notice))) => Some(notice.clone()),
        _ => None,
    })?;
    let publishes = may(&me.roles, Act::PublishNotices);
    (publishes || notice.is_for(&me.roles, building)).then_some(notice)
}

#[component]
fn One(id: NoticeId) -> impl IntoView {
    let store = use_store();
    let notice = Memo::new(move |_| held(store, id));
    Effect::new(move |is_told: Option<bool>| {
        let is_told = is_told.unwrap_or(false);
        let Some(me) = notice.with(Option::is_some).then(|| store.me()).flatten() else { return is_told };
        if !is_told && !store.world.with_untracked(|world| is_read(world, id, &me)) {
            let read = residents::Fact::NoticeRead(ReadNotice { notice: id, person: me.id });
            leptos::task::spawn_local(async move {
                // A disk that is full says so itself; the notice then stays unread.
                let _ = store.commit(vec![Deed::Fact(Fact::Residents(read))], None).await;
            });
        }
        true
    });
    move || match notice.get() {
        Some(notice) => shown(&notice, store),
        None => view! {
            <ui::Page title=general::not_found() back="/notices">
                {ui::empty(general::thing_not_here(), general::thing_not_here_next())}
            </ui::Page>
        }
        .into_any(),
    }
}

fn shown(notice: &Notice, store: Store) -> AnyView {
    let (now, zone) = untrack(|| (store.time(), store.zone()));
    let when = |at| calendar::moment(at, now, &zone);
    let put = since(notice).map(|at| say::put_at(&when(at)));
    let until = notice.until.map(|at| say::until(&when(at)));
    let times = put.into_iter().chain(until).collect::<Vec<_>>().join(" · ");
    let (title, text) = (locales::say(&notice.title), locales::say(&notice.text));
    let id = notice.id;
    let is_over = !notice.is_shown_at(now);
    view! {
        <ui::Page title=say::notice() back="/notices">
            <h2 class="page-name">{title}</h2>
            {is_over.then(|| view! { <p class="notice">{say::is_over()}</p> })}
            <section class="card">
                <p class="words">{text}</p>
                <p class="note">{times}</p>
            </section>
            {published::change(store, id)}
        </ui::Page>
    }
    .into_any()
}
