"""The engines, each started privately on loopback or a socket in the work folder, with the same data inside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from machine import Failure, Processes, SERVER_CORE, free_port, wait_until

COLUMNS = "kind,severity,confidence"


def call(what: str, command: list[str], **options: Any) -> str:
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if result.returncode != 0:
        raise Failure(f"{what}: {result.stdout.decode(errors='replace')[-2000:]}")
    return result.stdout.decode()


class Sarhad:
    """The server of this repository over one data folder; `cache` off makes it build each tile anew."""

    def __init__(self, program: Path, work: Path, processes: Processes) -> None:
        self.program, self.work, self.processes = program, work, processes
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, cache: bool, core: int | None) -> None:
        config = self.work / "sarhad.toml"
        # nginx writes no access log here either.
        no_cache = "" if cache else "tile_cache_bytes = 0\n"
        config.write_text("log_requests = false\nstop_timeout_s = 60\n" + no_cache)
        self.process = self.processes.start(
            "sarhad", [str(self.program), "serve", "--data-dir", str(self.work / "sarhad-data"), "--listen", "127.0.0.1:0",
                       "--open", "--config", str(config)], core, stdout=subprocess.PIPE)
        assert self.process.stdout
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            raise Failure("sarhad does not start: see its log")
        self.port = int(line.rpartition(":")[2])

    def stop(self) -> None:
        assert self.process
        self.processes.stop(self.process)

    @property
    def address(self) -> str:
        return f"http:{self.port}"

    def ask(self, method: str, path: str, body: Any = None, content_type: str = "application/geo+json") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {} if body is None else {"Content-Type": content_type}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 400:
            raise Failure(f"{method} {path} answers {answer.status}: {text[:300]!r}")
        return json.loads(text) if text else None

    def start_import(self, layer: str, file: Path) -> str:
        with open(file, "rb") as body:
            size = os.fstat(body.fileno()).st_size
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            connection.request("POST", f"/import?new-layer={layer}&filename={file.name}", body,
                               {"Content-Type": "application/geo+json", "Content-Length": str(size)})
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
        if answer.status != 202:
            raise Failure(f"the import of {file.name} answers {answer.status}: {text[:300]!r}")
        return str(json.loads(text)["jobID"])

    def job(self, job: str) -> dict[str, Any]:
        state = self.ask("GET", f"/jobs/{job}")
        if state["status"] not in ("accepted", "running", "successful"):
            raise Failure(f"the job ended as {state['status']}: {state.get('message')}")
        return dict(state)

    def import_file(self, layer: str, file: Path) -> None:
        job = self.start_import(layer, file)
        wait_until(lambda: self.job(job)["status"] == "successful", 600, f"the import of {file.name}")

    def tile(self, layer: str, tile: str) -> str:
        z, x, y = tile.split()
        return f"/tiles/{layer}/{z}/{x}/{y}.mvt?budget=0&properties={COLUMNS}"

    def features(self, box: str) -> str:
        return f"/collections/points/items?bbox={box.replace(' ', ',')}&limit=10000&properties={COLUMNS}"


class Postgres:
    """A cluster of its own over a socket in the work folder, durable as it comes, memory as one would give it."""

    SETTINGS = {
        "listen_addresses": "", "shared_buffers": "1GB", "effective_cache_size": "4GB", "work_mem": "64MB",
        "maintenance_work_mem": "512MB", "max_wal_size": "8GB", "random_page_cost": "1.1", "jit": "off",
        "max_parallel_workers_per_gather": "0", "fsync": "on", "synchronous_commit": "on", "autovacuum": "off",
    }

    def __init__(self, work: Path, processes: Processes) -> None:
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not versions:
            raise Failure("PostgreSQL is not installed")
        self.bin, self.work, self.processes = versions[-1], work, processes
        self.connection = f"host={work} dbname=postgres user=bench"

    @property
    def address(self) -> str:
        return f"pg:{self.connection}"

    def start(self) -> None:
        data = self.work / "postgres"
        call("initdb", [str(self.bin / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8",
                        "--no-locale"])
        settings = [f"-c{name}={value}" for name, value in self.SETTINGS.items()]
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients.
        self.process = self.processes.start(
            "postgres", [str(self.bin / "postgres"), "-D", str(data), "-k", str(self.work), *settings], SERVER_CORE,
            signal.SIGINT)
        ready = [str(self.bin / "pg_isready"), "-q", "-d", self.connection]
        wait_until(lambda: subprocess.run(ready).returncode == 0, 60, "PostgreSQL")

    def sql(self, text: str) -> str:
        return call("psql", [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
                             self.connection, "-c", text])

    def load(self, data: Path) -> None:
        self.sql("CREATE EXTENSION postgis")
        for table, shape, srid in (("points", "Point", 4326), ("points_3857", "Point", 3857),
                                   ("lines_3857", "LineString", 3857)):
            self.sql(f"CREATE TABLE {table} (id uuid PRIMARY KEY, kind text NOT NULL, severity int NOT NULL, "
                     f"confidence float8 NOT NULL, geom geometry({shape},{srid}) NOT NULL)")
            self.sql(f"\\copy {table} FROM '{data / (table + '.copy')}'")
            self.sql(f"CREATE INDEX ON {table} USING gist (geom)")
            self.sql(f"VACUUM ANALYZE {table}")
        self.sql("CHECKPOINT")

    def tile(self, layer: str, tile: str) -> str:
        # A point belongs to one tile, a line is drawn a little beyond the edge: as Sarhad does.
        envelope = f"ST_TileEnvelope({tile.replace(' ', ',')})"
        buffer = 0 if layer == "points" else 64
        reach = envelope if buffer == 0 else f"ST_TileEnvelope({tile.replace(' ', ',')}, margin => 64.0/4096)"
        return (f"SELECT ST_AsMVT(q, '{layer}', 4096, 'geom') FROM (SELECT id::text, {COLUMNS}, "
                f"ST_AsMVTGeom(geom, {envelope}, 4096, {buffer}, true) AS geom FROM {layer}_3857 "
                f"WHERE geom && {reach}) q WHERE geom IS NOT NULL")

    def features(self, box: str) -> str:
        # The quickest form: text joined to text, not parsed as JSON again.
        return ("SELECT '{\"type\":\"FeatureCollection\",\"features\":[' || "
                "coalesce(string_agg(ST_AsGeoJSON(t.*, 'geom', 7), ','), '') || ']}' "
                f"FROM (SELECT id, {COLUMNS}, geom FROM points "
                f"WHERE geom && ST_MakeEnvelope({box.replace(' ', ',')}, 4326)) t")


class MapServer:
    """MapServer as a FastCGI process over a GeoPackage, asked without a web server between."""

    def __init__(self, work: Path, processes: Processes) -> None:
        self.work, self.processes = work, processes
        self.socket = work / "mapserv.sock"

    @property
    def address(self) -> str:
        return f"fcgi:{self.socket}"

    def load(self, postgres: Postgres) -> None:
        package = self.work / "mapserver.gpkg"
        for table in ("points", "points_3857", "lines_3857"):
            update = ["-update"] if package.exists() else []
            call("ogr2ogr", ["ogr2ogr", "-f", "GPKG", *update, str(package), f"PG:{postgres.connection}", table,
                             "-nln", table, "-gt", "100000", "--config", "OGR_SQLITE_SYNCHRONOUS", "OFF"])

    def start(self) -> None:
        layers = "".join(self.layer(*row) for row in (("points", 3857, "points_3857", "POINT"),
                                                      ("lines", 3857, "lines_3857", "LINE"),
                                                      ("items", 4326, "points", "POINT")))
        (self.work / "bench.map").write_text(f"""MAP
  NAME "bench"
  SIZE 256 256
  EXTENT 60 24 78 37
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT NAME "mvt0" DRIVER "MVT" FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=0" END
  OUTPUTFORMAT NAME "mvt64" DRIVER "MVT" FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=4" END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=memory"
    FORMATOPTION "FORM=SIMPLE" FORMATOPTION "LCO:COORDINATE_PRECISION=7" END
  WEB METADATA "ows_enable_request" "*" "wfs_title" "bench" "wfs_onlineresource" "http://127.0.0.1/?"
    "wfs_srs" "EPSG:4326" "wfs_getfeature_formatlist" "geojson" END END
{layers}END
""")
        config = self.work / "mapserver.conf"
        config.write_text(f'CONFIG ENV MS_MAP_PATTERN "^{self.work}/" END END\n')
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.socket))
        listener.listen(16)
        # FastCGI takes its listening socket as standard input.
        self.process = self.processes.start(
            "mapserv", ["mapserv"], SERVER_CORE, signal.SIGKILL, stdin=listener.fileno(),  # deaf while it waits
            env={"MAPSERVER_CONFIG_FILE": str(config), "MS_MAPFILE": str(self.work / "bench.map"),
                 "PATH": os.environ["PATH"], "HOME": str(self.work)})
        listener.close()

    def layer(self, name: str, srid: int, table: str, shape: str) -> str:
        return f"""  LAYER
    NAME "{name}" TYPE {shape} STATUS ON TEMPLATE "x"
    CONNECTIONTYPE OGR CONNECTION "{self.work}/mapserver.gpkg" DATA "{table}"
    PROJECTION "init=epsg:{srid}" END
    PROCESSING "CLOSE_CONNECTION=DEFER"
    METADATA "gml_include_items" "id,{COLUMNS}" "gml_types" "auto" "wfs_title" "{name}" "wfs_srs" "EPSG:4326"
      "gml_featureid" "id" "wfs_enable_request" "*" END
  END
"""

    def tile(self, layer: str, tile: str) -> str:
        z, x, y = tile.split()
        buffer = 0 if layer == "points" else 64  # "mvt64" has 4 of MapServer's 256 pixels: the same
        return (f"map={self.work}/bench.map&mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers={layer}"
                f"&map.imagetype=mvt{buffer}")

    def features(self, box: str) -> str:
        return (f"map={self.work}/bench.map&service=WFS&version=1.0.0&request=GetFeature&typename=items"
                f"&outputformat=geojson&bbox={box.replace(' ', ',')}")


class Nginx:
    """nginx with files in a folder, as one would serve prepared tiles."""

    def __init__(self, work: Path, processes: Processes) -> None:
        self.work, self.processes = work, processes
        self.folder = work / "static"
        self.port = free_port()

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        temporary = "".join(f"  {kind}_temp_path {self.work}/nginx-{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.work / "nginx.conf"
        config.write_text(f"""daemon off;
worker_processes 1;
pid {self.work}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s;
  types {{ application/vnd.mapbox-vector-tile mvt; }}
{temporary}  server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }}
}}
""")
        self.process = self.processes.start("nginx", ["/usr/sbin/nginx", "-p", str(self.work), "-c", str(config)],
                                            SERVER_CORE)

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(answers, 20, "nginx")
        time.sleep(0.1)
