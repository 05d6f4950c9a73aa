//! Claims about both places where photos can be, a folder and a bucket of a real S3 server, held by the real program.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use app::online::{MissingPhoto, SignedIn};
use axum::{Router, error_handling::HandleError, http::StatusCode};
use domain::photos::PhotoHash;
use s3s::{HttpError, auth::SimpleAuth, service::S3ServiceBuilder};
use serde_json::json;
use sync::messages::PhotoAnswer;
use tokio::{io::AsyncWriteExt, net::TcpStream, runtime::Runtime, task::JoinSet};

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of},
    databases::{Fresh, sqlite},
    operator::form,
    photos::{files, raw_put},
    pictures::{jpeg, named, photo},
    program::{Program, command, read},
    world::finding,
};

const KEY: &str = "lamplighter";
const SECRET: &str = "a-secret-that-is-in-no-log";

/// An S3 server over a folder, on a port of its own, that checks signatures. It ends with its runtime.
struct S3 {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl S3 {
    /// `port` 0 takes a free one.
    fn serve(folder: &Path, port: u16) -> Self {
        fs::create_dir_all(folder.join("photos")).expect("a bucket");
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).expect("a folder"));
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let failed = |error: HttpError| async move { (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}")) };
        let router = Router::new().fallback_service(HandleError::new(service.build(), failed));
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let runtime = Runtime::new().expect("threads");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await
        });
        Self { address, runtime: Some(runtime) }
    }

    fn environment(&self, command: &mut Command, secret: &str) {
        command
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ALLOW_HTTP", "true");
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A place for photos, what its bytes are in, and a program over it that can be killed and started again.
struct Place {
    fresh: Fresh,
    s3: Option<S3>,
}

impl Place {
    fn folder() -> Self {
        Self { fresh: sqlite(), s3: None }
    }

    fn bucket() -> Self {
        let fresh = sqlite();
        let s3 = S3::serve(&fresh.folder.path().join("s3"), 0);
        Self { fresh, s3: Some(s3) }
    }

    fn stored(&self) -> PathBuf {
        self.fresh.folder.path().join(if self.s3.is_some() { "s3/photos/of/gardens" } else { "data/photos" })
    }

    fn command(&self, secret: &str) -> Command {
        let mut command = command(&["serve", "--port", "0", "--no-demo"], &self.fresh.url);
        if let Some(s3) = &self.s3 {
            command.args(["--photos", "s3://photos/of/gardens"]);
            s3.environment(&mut command, secret);
        }
        command
    }

    fn log(&self) -> PathBuf {
        self.fresh.folder.path().join("log")
    }

    fn start(&self) -> Program {
        Program::start(self.command(SECRET), &self.log())
    }

    /// The program with a community, and a browser of its manager that is a device.
    async fn set_up(&self) -> (Program, Client, SignedIn) {
        let program = self.start();
        let client = Client::new(&program.base);
        client.call::<()>("set_up", form(&program.set_up_token())).await.expect("the link is good");
        let boss = client.sign_in("boss", PASSWORD).await.expect("the account is there");
        client.enrol(false).await.expect("a manager's computer");
        (program, client, boss)
    }
}

/// A finding that names these photos.
async fn name(client: &Client, boss: &SignedIn, photos: &[Vec<u8>]) {
    let own = lane(boss.person);
    let findings: Vec<_> = photos.iter().map(|bytes| finding(boss.community, "photo", vec![named(bytes)])).collect();
    assert_eq!(client.push(&push_of(&own, placed(&own, 1, &findings))).await.outcomes.len(), photos.len());
}

async fn is_shown(client: &Client, bytes: &[u8]) {
    let shown = client.show(PhotoHash::of(bytes)).await;
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(shown.bytes().await.expect("bytes"), bytes, "no photo is another");
}

#[tokio::test]
async fn no_photo_is_lost_or_swapped_when_the_power_goes_in_the_middle_of_a_put() {
    for place in [Place::folder(), Place::bucket()] {
        let (program, client, boss) = place.set_up().await;
        let photos: Vec<_> = (0..24).map(|seed| jpeg(500, 400, seed)).collect();
        name(&client, &boss, &photos).await;

        let request = raw_put(&client, &photos[0], photos[0].len());
        let mut half = TcpStream::connect(program.base.trim_start_matches("http://")).await.expect("it listens");
        half.write_all(&request[..request.len() / 2]).await.expect("it reads");
        program.kill();
        assert_eq!(files(&place.stored()), vec![]);

        let program = place.start();
        let client = client.moved(&program.base);
        // The last one's end never comes.
        let (last, others) = photos.split_last().expect("some");
        let request = raw_put(&client, last, last.len());
        let mut most = TcpStream::connect(program.base.trim_start_matches("http://")).await.expect("it listens");
        most.write_all(&request[..request.len() - 1]).await.expect("it reads");
        let mut puts = JoinSet::new();
        for bytes in others.iter().cloned() {
            let client = client.moved(&client.base);
            puts.spawn(async move { (client.try_put(&bytes).await, bytes) });
        }
        // The first answer is the moment: the others are anywhere between their first byte and their last.
        let mut answered = vec![puts.join_next().await.expect("some").expect("it ran")];
        program.kill();
        answered.extend(puts.join_all().await);
        let kept: Vec<_> = answered.iter().filter(|(answer, _)| *answer == Some(PhotoAnswer::Kept)).collect();
        assert!(!kept.is_empty());

        let program = place.start();
        let client = client.moved(&program.base);
        for (_, bytes) in kept {
            is_shown(&client, bytes).await;
        }
        for bytes in &photos {
            assert_eq!(client.put(bytes).await, PhotoAnswer::Kept);
            is_shown(&client, bytes).await;
        }
    }
}

#[tokio::test]
async fn a_photo_is_one_object_and_its_thumbnail_wherever_photos_are() {
    for place in [Place::folder(), Place::bucket()] {
        let (program, client, boss) = place.set_up().await;
        let bytes = jpeg(640, 480, 1);
        name(&client, &boss, std::slice::from_ref(&bytes)).await;
        let (one, other) = tokio::join!(client.put(&bytes), client.put(&bytes));
        assert_eq!((one, other, client.put(&bytes).await), (PhotoAnswer::Kept, PhotoAnswer::Kept, PhotoAnswer::Kept));
        is_shown(&client, &bytes).await;
        let small = client.show(format!("{}/thumbnail", PhotoHash::of(&bytes))).await.bytes().await.expect("bytes");
        let small = image::load_from_memory(&small).expect("a picture");
        assert_eq!((small.width(), small.height()), (320, 240));
        let objects: Vec<_> = files(&place.stored()).into_iter().map(|(path, ..)| path).collect();
        let name = PhotoHash::of(&bytes).to_string();
        let ending = |path: &PathBuf| {
            path.to_string_lossy().rsplit_once(&format!("{}/{name}", &name[..2])).map(|(_, end)| end.to_owned())
        };
        let endings: Vec<_> = objects.iter().map(ending).collect();
        assert_eq!(endings, [Some(String::new()), Some(".thumb".into())], "{objects:?}");
        let again = client.call::<Vec<MissingPhoto>>("missing_photos", json!({})).await;
        assert_eq!(again, Ok(vec![]));
        drop(program);
    }
}

#[tokio::test]
async fn a_bucket_that_is_away_keeps_nothing_and_everything_goes_on_when_it_is_back() {
    let mut place = Place::bucket();
    let (_program, client, boss) = place.set_up().await;
    let photos = [photo(1), photo(2)];
    name(&client, &boss, &photos).await;
    assert_eq!(client.put(&photos[0]).await, PhotoAnswer::Kept);
    let port = place.s3.take().map(|s3| s3.address.port()).expect("it ran");
    let name = PhotoHash::of(&photos[1]).to_string();
    assert_eq!(client.put_as(&name, photos[1].clone()).await, Err(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(client.show(PhotoHash::of(&photos[0])).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    client.hello(vec![], 0).await.expect("everything else goes on");
    place.s3 = Some(S3::serve(&place.fresh.folder.path().join("s3"), port));
    for bytes in &photos {
        assert_eq!(client.put(bytes).await, PhotoAnswer::Kept);
        is_shown(&client, bytes).await;
    }
    let log = read(&place.log());
    assert!(log.contains("the photo store failed") && !log.contains(SECRET), "it is said, and no secret is");
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_one_clear_sentence_at_the_start() {
    let place = Place::bucket();
    let mut nowhere = place.command(SECRET);
    nowhere.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    for mut command in [place.command("a-wrong-secret"), nowhere] {
        let said = command.arg("--data").arg(place.fresh.folder.path()).output().expect("it ran");
        let said = (said.status.code(), String::from_utf8(said.stderr).expect("text"));
        let told: Vec<_> = said.1.lines().filter(|line| line.starts_with("lamplighter: ")).collect();
        let [sentence] = told[..] else { panic!("{said:?}") };
        assert!(sentence.contains("cannot keep photos in s3://photos/of/gardens"), "{sentence}");
        assert!(said.0 == Some(1) && !said.1.contains(SECRET) && !said.1.contains("a-wrong-secret"), "{said:?}");
    }
    for unfit in ["ftp://photos", "s3://", "s3:///prefix"] {
        let said = command(&["serve", "--photos", unfit], &place.fresh.url).output().expect("it ran");
        assert_eq!(said.status.code(), Some(2), "{unfit}");
    }
}
