"""The webhook: it verifies signatures and calls one RPC. It imports nothing of `wa_webhook`."""
