"""F16, F19: documents that cannot go, and answers that are wrong."""


def in_front(world, report, count, documents):
    """F16: the first of many cannot be sent, ever; in turn one that no code can read and one that has no mapping."""
    for run in range(count):
        made, since = world.intents(documents, in_pairs=False), world.mark()
        poisoned = next(iter(made))
        world.poison(poisoned, is_readable=run % 2)
        start = world.now()
        world.drain(made, limit=7200, seconds=300)
        del made[poisoned]
        state = world.rows([poisoned])[poisoned][0]
        expected = "rejected" if run % 2 else "dead"
        report.require(state == expected, f"the poisoned document is {state}")
        report.require(poisoned in world.to_dos([poisoned]), "nobody was told of the poisoned document")
        finished = world.moments([poisoned, *made])
        waited = (max(finished[number] for number in made) - start).total_seconds()
        report.worst("s until all others were there", round(waited))
        report.worst("s until the poisoned one was given up", round((finished[poisoned] - start).total_seconds()))
        report.require(not world.documents([poisoned])[poisoned], "the poisoned document stands there")
        world.judge(report, made, since)
        report.runs += 1


def wrong_answers(world, report, count, documents=1):
    """F19: the far side keeps another amount, or answers with another number."""
    for run in range(count):
        made, since = world.intents(1, in_pairs=False), world.mark()
        number, amount = next(iter(made.items()))
        kind = "wrong_number" if run % 2 else "wrong_amount"
        world.erp.inject(kind, op="Save", form="AR_receivable")
        world.drain(made)
        state, code = world.rows(made)[number][:2]
        report.require((state, code) == ("dead", "mismatch"), f"{kind}: the row is {state} {code}")
        report.require(number in world.to_dos(made), f"{kind}: nobody was told")
        there = world.documents(made)[number]
        kept = float(amount) + (kind == "wrong_amount")
        report.require([(doc[1], float(doc[2])) for doc in there] == [("A", kept)], f"{kind}: there stands {there}")
        changes = [call[1] for call in world.calls(since) if call[4]]
        report.require(changes == ["save"], f"{kind}: {changes} went out")
        report.documents += 1
        report.runs += 1
