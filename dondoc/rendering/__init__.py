"""The words of messages: sandboxed templates and the values they may use."""
