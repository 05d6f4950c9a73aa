//! Claims about putting a photo: kept once, whole, under its own name, whatever happens on the way.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::photos::{PhotoFault, PhotoHash};
use reqwest::{StatusCode, header};
use serde_json::json;
use server::{
    clock, devices,
    photos::{
        inspect::Size,
        intake::UNNAMED_MOST,
        kept::{self, Kept},
    },
};
use sync::messages::{PhotoAnswer, path};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{Client, lane, placed, push_of},
    custody::retire,
    databases::for_each_database,
    pictures::{jpeg, named, photo},
    world::world,
};

#[tokio::test]
async fn a_photo_that_was_put_is_shown_byte_for_byte_and_putting_it_again_writes_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let bytes = jpeg(1600, 1200, 1);
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding_with("lamp", vec![named(&bytes)])]))).await;
        assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Kept);
        let written = files(&world.photos);
        assert_eq!(written.len(), 2, "itself and its thumbnail: {written:?}");
        assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Kept);
        assert_eq!(files(&world.photos), written);
        let name = PhotoHash::of(&bytes);
        let shown = tablet.show(name).await;
        for (header, value) in [
            (header::CONTENT_TYPE, "image/jpeg"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_DISPOSITION, "inline"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
            (header::VARY, "cookie"),
        ] {
            assert_eq!(shown.headers()[&header], value);
        }
        let known = shown.headers()[header::ETAG].clone();
        assert_eq!(shown.bytes().await.expect("bytes"), bytes);
        let small = tablet.show(format!("{name}/thumbnail")).await;
        assert_ne!(small.headers()[header::ETAG], known);
        let small = image::load_from_memory(&small.bytes().await.expect("bytes")).expect("a picture");
        assert_eq!((small.width(), small.height()), (320, 240));
        let request = tablet.http.get(format!("{}{}/{name}", world.base, path::SHOWN_PHOTOS));
        let again = request.header(header::IF_NONE_MATCH, known).send().await.expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let [exported] = &world.exported("photo").await[..] else { panic!("one photo") };
        assert_eq!(
            (&exported["hash"], &exported["bytes"], &exported["width"], exported["received"].is_i64()),
            (&json!(name), &json!(bytes.len()), &json!(1600), true)
        );
    })
    .await;
}

#[tokio::test]
async fn an_upload_cut_anywhere_leaves_nothing_and_the_next_one_is_kept() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let bytes = photo(1);
        let request = raw_put(&tablet, &bytes, bytes.len());
        for cut in (1..request.len()).step_by(47) {
            let answer = answer_to_cut(&tablet, &request[..cut]).await;
            assert!(!answer.contains("\"is\""), "{cut} of {}: {answer}", request.len());
        }
        assert_eq!((files(&world.photos), world.exported("photo").await), (vec![], vec![]));
        let whole = answer(&tablet, &request).await;
        assert!(whole.ends_with(r#"{"is":"kept"}"#), "{whole}");
    })
    .await;
}

#[tokio::test]
async fn a_length_that_lies_keeps_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let bytes = photo(1);
        let short = answer(&tablet, &raw_put(&tablet, &bytes, bytes.len() - 100)).await;
        assert!(short.contains(r#"{"is":"refused","why":"wrong_hash"}"#), "{short}");
        let long = answer_to_cut(&tablet, &raw_put(&tablet, &bytes, bytes.len() + 100)).await;
        assert!(!long.contains("\"is\""), "{long}");
        assert_eq!((files(&world.photos), world.exported("photo").await), (vec![], vec![]));
    })
    .await;
}

#[tokio::test]
async fn the_same_photo_from_two_devices_at_once_is_one() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (one, other) = (world.client("guard", true).await, world.client("cleaner", true).await);
        for seed in 0..8 {
            let bytes = jpeg(800, 600, seed);
            let (first, second) = tokio::join!(one.put(&bytes), other.put(&bytes));
            assert_eq!((first, second), (PhotoAnswer::Kept, PhotoAnswer::Kept));
        }
        assert_eq!((files(&world.photos).len(), world.exported("photo").await.len()), (16, 8));
    })
    .await;
}

#[tokio::test]
async fn only_a_device_may_put_and_one_that_was_retired_long_ago_may_not() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let name = PhotoHash::of(&photo(1)).to_string();
        let nobody = Client::new(&world.base);
        assert_eq!(nobody.put_as(&name, photo(1)).await, Err(StatusCode::UNAUTHORIZED));
        let manager = world.client("manager", false).await;
        let tablet = Client::new(&world.base);
        tablet.sign_in("guard", crate::client::PASSWORD).await.expect("the pass phrase is right");
        assert_eq!(tablet.put_as(&name, photo(1)).await, Err(StatusCode::UNAUTHORIZED), "a session is no device");
        let device = tablet.enrol(true).await.expect("enrolled").device;
        retire(&world, device, server::clock::now().0 - server::custody::AFTER_RETIREMENT).await;
        assert_eq!(tablet.put_as(&name, photo(1)).await, Err(StatusCode::UNAUTHORIZED));
        let foreign = manager.http.put(format!("{}{}/{name}", world.base, path::PHOTOS));
        let foreign = foreign.header(header::ORIGIN, "https://evil.example").body(photo(1));
        assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
        assert_eq!(files(&world.photos), Vec::<Written>::new());
        let tablet = world.client("guard", false).await;
        let device = tablet.enrol(true).await.expect("enrolled").device;
        manager.call::<()>("retire_device", json!({ "device": device })).await.expect("a manager may");
        let handed_over = tablet.put_as(&name, photo(1)).await;
        assert_eq!(handed_over, Ok(PhotoAnswer::Kept), "with what a device hands over that was retired just now");
    })
    .await;
}

#[tokio::test]
async fn photos_that_no_record_names_are_kept_up_to_a_bound() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = Client::new(&world.base);
        let person = tablet.sign_in("guard", crate::client::PASSWORD).await.expect("the pass phrase is right").person;
        let device = tablet.enrol(true).await.expect("enrolled").device;
        let mut tx = world.db.write().await.expect("a transaction");
        let all = devices::all(&mut tx, world.community).await.expect("devices");
        let device = all.iter().find(|known| known.id == device).expect("it is enrolled");
        for n in 1..UNNAMED_MOST {
            let (hash, size) = (PhotoHash::of(&n.to_be_bytes()), Size { width: 1, height: 1 });
            let row = Kept { hash: &hash, bytes: 1, size, received: clock::now(), device };
            kept::add(&mut tx, &row).await.expect("added");
        }
        tx.commit().await.expect("committed");
        assert_eq!(tablet.put(&photo(1)).await, PhotoAnswer::Kept, "the last that fits");
        let waits = tablet.put_as(&PhotoHash::of(&photo(2)).to_string(), photo(2)).await;
        assert_eq!(waits, Err(StatusCode::CONFLICT));
        assert_eq!(tablet.put(&photo(1)).await, PhotoAnswer::Kept, "it is here already");
        let own = lane(person);
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding_with("lamp", vec![named(&photo(2))])]))).await;
        assert_eq!(tablet.put(&photo(2)).await, PhotoAnswer::Kept, "a record names it now");
        let other = world.client("cleaner", true).await;
        assert_eq!(other.put(&photo(3)).await, PhotoAnswer::Kept, "another device has a bound of its own");
    })
    .await;
}

#[tokio::test]
async fn a_photo_that_the_disk_lost_or_changed_is_never_shown_and_is_kept_when_it_is_put_again() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let bytes = photo(1);
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding_with("lamp", vec![named(&bytes)])]))).await;
        assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Kept);
        let name = PhotoHash::of(&bytes).to_string();
        let file = world.photos.join(world.community.to_string()).join(&name[..2]).join(&name);
        assert_eq!(fs::read(&file).expect("the file"), bytes);
        for damage in [Some(photo(2)), None] {
            match damage {
                Some(other) => fs::write(&file, other).expect("written"),
                None => fs::remove_file(&file).expect("removed"),
            }
            assert_eq!(tablet.show(&name).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Kept);
            assert_eq!(tablet.show(&name).await.bytes().await.expect("bytes"), bytes);
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_that_cannot_be_written_to_keeps_nothing_and_says_so() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let name = PhotoHash::of(&photo(1)).to_string();
        // A file where the community's folder would be: root, as which tests may run, is stopped by no permission.
        let folder = world.photos.join(world.community.to_string());
        fs::write(&folder, b"").expect("written");
        assert_eq!(tablet.put_as(&name, photo(1)).await, Err(StatusCode::INTERNAL_SERVER_ERROR));
        assert_eq!(world.exported("photo").await, Vec::<serde_json::Value>::new());
        fs::remove_file(&folder).expect("removed");
        assert_eq!(tablet.put(&photo(1)).await, PhotoAnswer::Kept);
        assert_ne!(tablet.put(&[]).await, PhotoAnswer::Kept);
        assert_eq!(tablet.put(&[]).await, PhotoAnswer::Refused { why: PhotoFault::Empty });
    })
    .await;
}

/// A request as it goes over the wire, with whatever length it claims.
pub fn raw_put(client: &Client, photo: &[u8], length: usize) -> Vec<u8> {
    let (name, host) = (PhotoHash::of(photo), client.base.trim_start_matches("http://"));
    let head = format!(
        "PUT {}/{name} HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\ncookie: {}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n",
        path::PHOTOS,
        client.base,
        client.cookies(),
    );
    [head.as_bytes(), photo].concat()
}

/// What the server says to these bytes.
async fn answer(client: &Client, request: &[u8]) -> String {
    heard(sent(client, request).await).await
}

/// What it says when the sender is gone after them.
async fn answer_to_cut(client: &Client, request: &[u8]) -> String {
    let mut stream = sent(client, request).await;
    stream.shutdown().await.expect("it reads");
    heard(stream).await
}

async fn sent(client: &Client, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(client.base.trim_start_matches("http://")).await.expect("it listens");
    stream.write_all(request).await.expect("it reads");
    stream
}

async fn heard(mut stream: TcpStream) -> String {
    let mut answer = vec![];
    // A connection that is closed with bytes unread is reset: what was said before counts.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A file of a store: where, how long, and when it was written.
pub type Written = (PathBuf, u64, std::time::SystemTime);

/// Everything in a store's folder but its mark, also what was left half-written.
pub fn files(folder: &Path) -> Vec<Written> {
    let (mut found, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("it can be listed").path();
            let about = fs::metadata(&path).expect("it is there");
            if about.is_dir() {
                folders.push(path);
            } else if path.file_name().is_none_or(|name| name != "opened") {
                found.push((path, about.len(), about.modified().expect("it has a time")));
            }
        }
    }
    found.sort();
    found
}
