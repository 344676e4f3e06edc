"""Who may start the next run of the page."""

import asyncio

from app.api.fair_places import FairPlaces
from tests.support.coroutines import run_coroutine


def test_a_client_with_many_pages_leaves_places_to_others() -> None:
    async def scene() -> list[str]:
        places, started = FairPlaces(4), []

        async def run(client: str) -> None:
            await places.take(client)
            started.append(client)

        tasks = [asyncio.create_task(run("many")) for _ in range(5)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(run("one")))
        await asyncio.sleep(0)
        assert started == ["many", "many", "one"]  # half of four, and half of the other two
        places.give_back("many")  # it has its share still: half of three
        await asyncio.sleep(0)
        assert started == ["many", "many", "one"]
        places.give_back("many")
        await tasks[2]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Who has given up gets no place: both are free for another.
        places.give_back("many")
        places.give_back("one")
        await places.take("other")
        await places.take("other")
        return started

    assert run_coroutine(scene(), timeout_seconds=5) == ["many", "many", "one", "many"]
