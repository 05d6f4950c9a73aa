//! What the server will need at its start, tried before the long build: a free port and a folder to write in.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::failure::{Explain, Failure, Outcome};

pub fn port_is_free(port: u16) -> Outcome {
    let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) else {
        return Ok(());
    };
    Err(Failure::new(match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {port} is taken by another program; stop it, or choose another port with --port")
        }
        ErrorKind::PermissionDenied => {
            format!("port {port} is not ours to open; choose one above 1023 with --port")
        }
        _ => format!("port {port} cannot be opened: {error}"),
    }))
}

pub fn folder_is_writable(folder: &Path) -> Outcome {
    let attempt = format!("write in the data folder {} (choose another with --data)", folder.display());
    fs::create_dir_all(folder).explain(&attempt)?;
    let probe = folder.join(format!(".lamplighter-probe-{}", std::process::id()));
    fs::write(&probe, "").explain(&attempt)?;
    fs::remove_file(&probe).explain(&attempt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_refused_with_one_sentence_that_names_it() {
        let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("some port is free");
        let port = holder.local_addr().expect("a bound listener has an address").port();
        let sentence = port_is_free(port).expect_err("the port is held").to_string();
        assert_eq!(
            sentence,
            format!("port {port} is taken by another program; stop it, or choose another port with --port")
        );
    }

    #[test]
    fn a_data_folder_under_a_file_is_refused_with_its_name() {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        let file = scratch.path().join("notes");
        fs::write(&file, "").expect("a temporary folder is writable");
        let sentence = folder_is_writable(&file.join("data")).expect_err("a file holds no folder").to_string();
        assert!(sentence.starts_with("cannot write in the data folder "), "{sentence}");
        assert!(sentence.contains("notes/data"), "{sentence}");
    }

    #[test]
    fn trying_a_data_folder_leaves_nothing_in_it() {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = scratch.path().join("data");
        folder_is_writable(&folder).expect("a temporary folder is writable");
        assert_eq!(fs::read_dir(&folder).expect("the folder was created").count(), 0);
    }
}
