"""Which client gets the next place."""

import asyncio

from app.api.fair_places import MAX_CLIENTS, FairPlaces
from tests.support.coroutines import run_coroutine


def test_a_client_with_many_pages_leaves_places_to_others() -> None:
    async def scene() -> list[str]:
        places, started = FairPlaces(4, share=0.5), []

        async def run(client: str) -> None:
            await places.take(client)
            started.append(client)

        tasks = [asyncio.create_task(run("many")) for _ in range(5)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(run("one")))
        await asyncio.sleep(0)
        assert started == ["many", "many", "one"]  # half of four, then half of the other two
        places.give_back("many")  # it still has its share: half of three
        await asyncio.sleep(0)
        assert started == ["many", "many", "one"]
        places.give_back("many")
        await tasks[2]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A client that has given up gets no place: both are free for another.
        places.give_back("many")
        places.give_back("one")
        await places.take("other")
        await places.take("other")
        return started

    assert run_coroutine(scene(), timeout_seconds=5) == ["many", "many", "one", "many"]


def test_a_client_who_asks_for_much_lets_others_wait_for_one_of_it() -> None:
    async def scene() -> list[str]:
        places, order = FairPlaces(1, share=1), list[str]()

        async def read(client: str) -> None:
            await places.take(client)
            order.append(client)
            await asyncio.sleep(0)
            places.give_back(client)

        # "many" asks five times at once; "one" and "two" come later, "one" twice.
        clients = ["many"] * 5 + ["one", "two", "one"]
        await asyncio.gather(*(read(client) for client in clients))
        return order

    expected = ["many", "one", "two", "many", "one", "many", "many", "many"]
    assert run_coroutine(scene(), timeout_seconds=5) == expected


def test_a_client_alone_has_all_places_where_its_share_is_all() -> None:
    async def scene() -> None:
        places = FairPlaces(2, share=1)
        await places.take("many")
        await places.take("many")

    run_coroutine(scene(), timeout_seconds=5)


def test_few_turns_are_remembered() -> None:
    async def scene() -> int:
        places = FairPlaces(1, share=1)
        for client in range(MAX_CLIENTS + 10):
            await places.take(str(client))
            places.give_back(str(client))
        return len(places._turns)

    assert run_coroutine(scene(), timeout_seconds=5) == MAX_CLIENTS
