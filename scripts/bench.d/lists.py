"""The row of lists: accounts, users and mailboxes that a CSV file has, imported at once."""

import csv
import shutil
import sqlite3
import statistics
import subprocess
import time

COLUMNS = ["account", "username", "first_name", "last_name", "email", "mailbox", "mailbox_name", "owner"]


def write_list(path, count):
    """One account's mailboxes, each with an owner. No passwords: to hash those is slow on purpose."""
    with open(path, "w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for number in range(count):
            lines.writerow(["Import", f"user{number}", "Ann", f"Owner {number}", f"user{number}@example.com", 10_000 + number, f"Box {number}", f"user{number}"])
    return path


def bare(path, database):
    """The rows of the file in a table of text with an index, in one transaction that is synced: no judging, no documents."""
    start = time.monotonic()
    with sqlite3.connect(database) as connection, open(path, newline="") as file:
        lines = csv.reader(file)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"CREATE TABLE list ({', '.join(next(lines))})")
        connection.execute("CREATE UNIQUE INDEX list_by_mailbox ON list (mailbox)")
        connection.executemany(f"INSERT INTO list VALUES ({', '.join('?' * len(COLUMNS))})", lines)
    connection.close()
    return time.monotonic() - start


def measure(bench, program, home):
    if not bench.wants("I1"):
        return
    count = bench.options.rows
    bench.log(f"measuring I1, a list of {count:,} rows")
    path, rounds = write_list(home / "list.csv", count), []
    for number in range(bench.options.rounds):
        directory = home / f"import{number}"
        directory.mkdir()
        subprocess.run([program, "account", "create", "Import", "--data", directory / "data"], check=True, stdout=subprocess.DEVNULL)
        before = bare(path, directory / "before.sqlite")
        start = time.monotonic()
        subprocess.run([program, "import", path, "--data", directory / "data"], check=True, stdout=subprocess.DEVNULL)
        ours = time.monotonic() - start
        after = bare(path, directory / "after.sqlite")
        rounds.append({"yardstick": [count / before, count / after], "ours": count / ours, "ratio": ours / ((before + after) / 2)})
        shutil.rmtree(directory)
    ratios = [each["ratio"] for each in rounds]
    bench.add(
        "I1", f"a list of {count:,} mailboxes with their owners, imported in one transaction", statistics.median(ratios), unit="/s",
        ours=statistics.median(each["ours"] for each in rounds), yardstick=statistics.median(rate for each in rounds for rate in each["yardstick"]),
        low=min(ratios), high=max(ratios), rounds=rounds)
