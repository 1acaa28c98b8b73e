from __future__ import annotations

import threading

from tap_payments.http.calls import Call, SharedStatistics


def test_a_call_in_a_message_is_its_method_and_path() -> None:
    call = Call("POST", "/v1/rows", {"q": "canary"}, json={"a": "canary"}, headers={"X": "canary"})
    assert str(call) == f"{call}" == "POST /v1/rows"


def test_what_many_threads_count_together_is_all_counted() -> None:
    shared = SharedStatistics()

    def work() -> None:
        for _ in range(2000):
            shared.count()
            shared.retried()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (shared.requests, shared.retries) == (16_000, 16_000)
