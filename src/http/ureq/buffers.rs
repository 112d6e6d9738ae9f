//! The input and output buffers of a connection, through which ureq writes requests and reads responses. `socket` and `tls` own one pair
//! each. ureq's own buffers fill their whole size with zeros at the first use, which costs memory for every open connection.

use ureq::unversioned::transport::Buffers;

/// The space for reading a request body, in bytes, even if unread input fills the buffer.
const LEAST_SCRATCH: usize = 10 << 10;

/// The input and the output of a connection. Each is allocated on first use and filled with zeros by the operating system, so that a
/// connection takes as much memory as its messages need, up to the sizes of the buffers.
#[derive(Debug)]
pub(super) struct ConnectionBuffers {
    input_size: usize,
    output_size: usize,
    input: Vec<u8>,
    /// The input between these positions was received and is not consumed.
    consumed: usize,
    received: usize,
    output: Vec<u8>,
    /// Whether the last attempt to use the input consumed any.
    progress: bool,
}

impl ConnectionBuffers {
    pub(super) fn new(input_size: usize, output_size: usize) -> ConnectionBuffers {
        let (input, output) = (Vec::new(), Vec::new());
        ConnectionBuffers { input_size, output_size, input, consumed: 0, received: 0, output, progress: false }
    }

    fn allocate_output(&mut self) {
        if self.output.is_empty() {
            self.output = vec![0; self.output_size];
        }
    }

    /// Allocates the input, and moves what is not consumed to its beginning if little is free.
    fn make_room(&mut self) {
        if self.input.is_empty() {
            self.input = vec![0; self.input_size];
        }
        let is_half_full = self.received > self.input.len() / 2;
        if self.consumed == self.received || (self.consumed > 0 && is_half_full) {
            self.input.copy_within(self.consumed..self.received, 0);
            self.received -= self.consumed;
            self.consumed = 0;
        }
    }
}

impl Buffers for ConnectionBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.allocate_output();
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..self.received]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        &mut self.input[self.received..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.received += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.consumed += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.make_room();
        self.allocate_output();
        if self.input.len() - self.received < LEAST_SCRATCH {
            self.input.resize(self.received + LEAST_SCRATCH, 0);
        }
        (&mut self.input[self.received..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && self.consumed < self.received
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_a_queue_that_uses_its_space_again() {
        let mut buffers = ConnectionBuffers::new(64, 8);
        let (mut sent, mut seen) = (0_u8, 0_u8);
        for step in 0..1000 {
            let free = buffers.input_append_buf();
            let amount = free.len().min(1 + step % 29);
            free[..amount].fill_with(|| {
                sent = sent.wrapping_add(1);
                sent
            });
            buffers.input_appended(amount);
            let amount = buffers.input().len().min(1 + step % 31);
            for byte in &buffers.input()[..amount] {
                seen = seen.wrapping_add(1);
                assert_eq!(*byte, seen);
            }
            buffers.input_consume(amount);
            assert_eq!(buffers.can_use_input(), !buffers.input().is_empty());
            assert!(buffers.input().len() < 64, "input is consumed about as fast as it is received");
        }
        assert_ne!(seen, 0);
    }

    #[test]
    fn a_request_body_has_space_beside_unread_input() {
        let mut buffers = ConnectionBuffers::new(64, 8);
        buffers.input_append_buf().fill(7);
        buffers.input_appended(64);
        let (scratch, output) = buffers.tmp_and_output();
        scratch.fill(1);
        assert_eq!((scratch.len(), output.len()), (LEAST_SCRATCH, 8));
        assert_eq!(buffers.input(), [7; 64]);
        buffers.input_consume(0);
        assert!(!buffers.can_use_input());
    }
}
