//! Draws random bytes from the crypto library, once: what every process that signs or opens TLS with it pays first. Its CPU
//! time tells the benchmark whether jitter entropy was compiled in.

fn main() -> Result<(), latchkey_bare_loop::Failure> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(())
}
