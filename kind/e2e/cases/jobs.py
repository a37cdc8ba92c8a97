"""Operations that need a client: Jobs of the cluster's image, and what they hand back."""
from e2e.acts import scale_operator
from e2e.cases.operations import Operation
from e2e.registry import case
from e2e.world import expect, wait_until
from e2e.writer import sql

STATEMENTS = "select count(*) from pg_stat_activity where application_name = 'bgdbops/{}' and state = 'active'"


def jobs_of(operation):
    found = operation.world.get("bgdbops", operation.name)
    selector = f"bestgres.io/operation={found['metadata']['uid']}" if found else "bestgres.io/operation"
    return operation.world.list("jobs", selector)


def config_map(cluster, suffix, script, key="script.sql"):
    name = f"{cluster.name}-{suffix}"
    cluster.world.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {key: script}})
    return name


def secret(cluster, suffix, script):
    name = f"{cluster.name}-{suffix}"
    cluster.world.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"script.sql": script}})
    return name


@case("a vacuum by BGDbOps", both_patronis=True)
def vacuum(context):
    cluster = context.cluster(instances=2).create()
    cluster.wait_sync()
    sql(cluster, "create table orders as select generate_series(1, 50000) as id; delete from orders where id > 10")
    clean = Operation(cluster, "clean", op="vacuum", vacuum={"databases": ["postgres"], "tables": ["public.orders"], "freeze": True})
    status = clean.wait("Completed")
    clean.expect_steps("vacuum postgres: Done")
    done = "select (last_vacuum is not null and last_analyze is not null)::text from pg_stat_user_tables where relname = 'orders'"
    expect(sql(cluster, done) == "true", f"orders was not vacuumed: {status}")
    wait_until("the Job goes when its result is kept", lambda: not jobs_of(clean), 60)
    size = "select pg_relation_size('orders')"
    before = int(sql(cluster, size))
    whole = Operation(cluster, "whole", op="vacuum", vacuum={"full": True})
    whole.wait("Completed")
    expect(int(sql(cluster, size)) <= before, "a full vacuum gave nothing back")
    wrong = Operation(cluster, "wrong", op="vacuum", vacuum={"databases": ["nowhere"]}, maxRetries=0)
    message = wrong.wait("Failed", 60)["message"]
    expect('database "nowhere" does not exist' in message, message)


@case("scripts by BGDbOps, once and as a whole", both_patronis=True)
def scripts(context):
    cluster = context.cluster(instances=2).create()
    cluster.wait_sync()
    good = config_map(cluster, "good", "create table once (id int);\ninsert into once values (1);\nselect 'rows: ' || count(*) from once;\n")
    once = Operation(cluster, "once", op="sql", sql={"configMap": {"name": good}})
    status = once.wait("Completed")
    expect("rows: 1" in status["result"]["output"], f"its output is {status['result']}")
    expect(sql(cluster, "select string_agg(name, ',') from bestgres.operation_ledger") == once.name, "the ledger lacks the operation")
    # All or nothing.
    half = config_map(cluster, "half", "insert into once values (2);\nselect 1/0;\n")
    failed = Operation(cluster, "half", op="sql", sql={"configMap": {"name": half}}, maxRetries=0)
    message = failed.wait("Failed", 60)["message"]
    expect("division by zero" in message, message)
    expect(sql(cluster, "select count(*) from once") == "1", "half a script was kept")
    expect(len(jobs_of(failed)) == 1, "the Job that failed is gone, and its log with it")
    # What a Secret holds is nobody's business.
    hidden = secret(cluster, "hidden", "create role app password 'very-secret';\nselect 'very-secret' from nowhere;\n")
    silent = Operation(cluster, "silent", op="sql", sql={"secret": {"name": hidden}}, maxRetries=0)
    expect("very-secret" not in str(silent.wait("Failed", 60)), "a secret script is shown")
    absent = Operation(cluster, "absent", op="sql", sql={"configMap": {"name": "nowhere"}}, maxRetries=0)
    message = absent.wait("Failed", 60)["message"]
    expect("No such file" in message, message)
    loose = config_map(cluster, "loose", "create index concurrently on once (id);\n")
    Operation(cluster, "loose", op="sql", sql={"configMap": {"name": loose}, "singleTransaction": False}).wait("Completed")


@case("a benchmark by BGDbOps, and a repack, once refused", both_patronis=True)
def benchmark(context):
    cluster = context.cluster(instances=2).create()
    cluster.wait_sync()
    pgbench = {"databaseSize": "16Mi", "duration": "3s", "concurrentClients": 2, "threads": 1}
    for service in ("primary-service", "replicas-service"):
        run = Operation(cluster, service, op="benchmark", benchmark={"connectionType": service, "pgbench": pgbench})
        status = run.wait("Completed")
        expect(status["step"] == "4/4", f"step is {status['step']}")
        expect(float(status["result"]["tps"]) > 0, f"the result is {status['result']}")
        expect(status["result"]["latency"].endswith(" ms"), f"the result is {status['result']}")
        context.figure(f"{service}: {status['result']['tps']} transactions per second, {status['result']['latency']}")
    left = sql(cluster, "select count(*) from pg_database where datname like 'bestgres%'")
    expect(left == "0", f"{left} databases of benchmarks are left")
    repack = Operation(cluster, "dense", op="repack", repack={"database": "postgres"})
    status = repack.wait("Failed", 60)
    expect("extension pg_repack is not installed in database postgres" in status["message"], status["message"])
    expect(status["attempts"] == 1, f"it was tried {status['attempts']} times")
    if sql(cluster, "select count(*) from pg_available_extensions where name = 'pg_repack'") == "0":
        context.figure("the image has no pg_repack: nothing was repacked")
        return
    sql(cluster, "create extension pg_repack; create table loose as select generate_series(1, 100000) as id; "
                 "alter table loose add primary key (id); delete from loose where id % 10 > 0")
    size = "select pg_total_relation_size('loose')"
    before = int(sql(cluster, size))
    tight = Operation(cluster, "tight", op="repack", repack={"database": "postgres", "tables": ["public.loose"]})
    tight.wait("Completed")
    tight.expect_steps("check what repacking needs in postgres: Done", "repack postgres: Done")
    after = int(sql(cluster, size))
    context.figure(f"repacked from {before} to {after} bytes")
    expect(after < before / 4, f"the table takes {after} bytes of {before}")
    expect(sql(cluster, "select count(*) from loose") == "10000", "rows are missing")


@case("a deleted operation stops its client, and one outlives its operator", alone=True)
def stopped(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    long = config_map(cluster, "long", "select pg_sleep(600);\n")
    sleeper = Operation(cluster, "sleeper", op="sql", sql={"configMap": {"name": long}})
    running = STATEMENTS.format(sleeper.name)
    wait_until("the script runs", lambda: sql(cluster, running) == "1", 60)
    cluster.world.delete("bgdbops", sleeper.name, "--wait=true", "--timeout=60s")
    expect(sql(cluster, running) == "0", "its statement still runs")
    wait_until("its Job goes", lambda: not jobs_of(sleeper), 30)
    short = config_map(cluster, "short", "select pg_sleep(15);\ncreate table short (id int);\n")
    survivor = Operation(cluster, "survivor", op="sql", sql={"configMap": {"name": short}})
    wait_until("the script runs", lambda: sql(cluster, STATEMENTS.format(survivor.name)) == "1", 60)
    made = [job["metadata"]["uid"] for job in jobs_of(survivor)]
    scale_operator(context.world, 0)
    wait_until("the Job ends without an operator", lambda: jobs_of(survivor)[0].get("status", {}).get("succeeded") == 1, 60)
    scale_operator(context.world, 1)
    status = survivor.wait("Completed", 120)
    expect(status.get("attempts", 0) == 0, f"it was tried again: {status}")
    expect(status["steps"][0]["before"].endswith(made[0]), "another Job was made")
