//! Where the bytes of photos are: a folder by default, or a bucket of a server that speaks S3.
//!
//! An object is named by its community and its hash, so it is written once and never changed:
//! `<community>/<first two digits>/<hash>` and, beside it, `<hash>.thumb`. A name holds a whole object or nothing: a folder
//! gets a file under another name (`<hash>#1`, which may be left over where the power went), synchronised to the disk
//! and then renamed, and the folder after it. What a disk says it has written and has not is beyond that.

use std::{fmt, fs::DirBuilder, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc, time::Duration};

use axum::body::Bytes;
use domain::{ids::CommunityId, photos::PhotoHash};
use object_store::{
    Error, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};

use crate::failure::Failure;

/// Where photos are to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
    /// The rest of what it takes (keys, region, endpoint) is in the environment, as for every program that speaks S3:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`.
    Bucket {
        bucket: String,
        prefix: String,
    },
}

/// The photo itself, or what stands for it in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole,
    Thumbnail,
}

#[derive(Clone)]
pub struct PhotoStore(Arc<dyn ObjectStore>);

/// A request to a bucket, with all its tries. Shorter than our own requests may take.
const TRIES_LAST: Duration = Duration::from_secs(15);
const TRIES_MOST: usize = 4;

impl PhotoStore {
    /// Opens the place and proves that it can be written to and read from.
    ///
    /// # Errors
    /// One sentence for whoever started the server, without secrets.
    pub async fn open(place: &Place) -> Result<Self, String> {
        let objects = match place {
            Place::Folder(folder) => folder_store(folder)?,
            Place::Bucket { bucket, prefix } => bucket_store(bucket, prefix)?,
        };
        let store = Self(objects);
        store.proven().await.map_err(|error| format!("cannot keep photos in {place}: {error}"))?;
        Ok(store)
    }

    /// Writes to the place and reads from it.
    pub async fn proven(&self) -> Result<(), Error> {
        let mark = Path::from("opened");
        self.0.put(&mark, Bytes::from_static(b"lamplighter keeps photos here\n").into()).await?;
        self.0.head(&mark).await?;
        // Who may not list a bucket is told that a missing object is forbidden, and every new photo would look so.
        match self.0.head(&Path::from("nothing")).await {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keeps the bytes. Where they are kept already, the same ones are written again.
    pub async fn put(&self, community: CommunityId, hash: &PhotoHash, form: Form, bytes: Bytes) -> Result<(), Failure> {
        self.0.put(&name(community, hash, form), bytes.into()).await?;
        Ok(())
    }

    /// Whether the photo is there in both forms, and is still what its name says.
    pub async fn holds(&self, community: CommunityId, hash: &PhotoHash) -> Result<bool, Failure> {
        let whole = self.read(community, hash, Form::Whole).await?;
        let is_right = whole.is_some_and(|bytes| PhotoHash::of(&bytes) == *hash);
        Ok(is_right && self.read(community, hash, Form::Thumbnail).await?.is_some())
    }

    /// The bytes of a photo that was kept.
    ///
    /// # Errors
    /// Also when it is not there, or is not what its name says: no photo is ever shown as another.
    pub async fn get(&self, community: CommunityId, hash: &PhotoHash, form: Form) -> Result<Bytes, Failure> {
        let bytes = self.read(community, hash, form).await?;
        let right = bytes.filter(|bytes| form == Form::Thumbnail || PhotoHash::of(bytes) == *hash);
        right.ok_or_else(|| Failure::Broken(format!("the photo {hash} was kept and is not there as it was kept")))
    }

    async fn read(&self, community: CommunityId, hash: &PhotoHash, form: Form) -> Result<Option<Bytes>, Failure> {
        match self.0.get(&name(community, hash, form)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Place {
    /// What an operator typed: `s3://bucket/prefix`, or a folder.
    ///
    /// # Errors
    /// A sentence when it is an address of another kind.
    pub fn typed(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None => Ok(Place::Folder(text.into())),
            Some(("s3", rest)) => match rest.split_once('/').unwrap_or((rest, "")) {
                ("", _) => Err("name a bucket, such as s3://bucket/prefix".into()),
                (bucket, prefix) => Ok(Place::Bucket { bucket: bucket.into(), prefix: prefix.into() }),
            },
            Some(_) => Err("photos are kept in a folder or in s3://bucket/prefix".into()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => folder.display().fmt(f),
            Place::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

fn folder_store(folder: &PathBuf) -> Result<Arc<dyn ObjectStore>, String> {
    let unable =
        |error: &dyn fmt::Display| format!("cannot create the folder {} for photos: {error}", folder.display());
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| unable(&error))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| unable(&error))?;
    // Without it "kept" would be true of the operating system's memory only.
    Ok(Arc::new(store.with_fsync(true)))
}

fn bucket_store(bucket: &str, prefix: &str) -> Result<Arc<dyn ObjectStore>, String> {
    // Who came first in this process has decided it, and any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retry = RetryConfig { max_retries: TRIES_MOST, retry_timeout: TRIES_LAST, ..RetryConfig::default() };
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(retry)
        .build()
        .map_err(|error| format!("cannot use the bucket {bucket}: {error}"))?;
    Ok(Arc::new(PrefixStore::new(store, Path::from(prefix))))
}

fn name(community: CommunityId, hash: &PhotoHash, form: Form) -> Path {
    let hash = hash.to_string();
    let ending = match form {
        Form::Whole => "",
        Form::Thumbnail => ".thumb",
    };
    Path::from(format!("{community}/{}/{hash}{ending}", &hash[..2]))
}
