// The data of the comparison, the same for every engine: points in clusters of very different weight, and lines of
// fifty vertices, over a stretch of border country. A seed gives the same bytes on every machine.
//   bench_data FOLDER [POINTS LINES]
// writes points.geojson and lines.geojson for the import; points.copy, points_3857.copy and lines_3857.copy for
// PostgreSQL's COPY: id, attributes, shape as hexadecimal EWKB; and what is asked: z8.txt and z12.txt, a tile a line,
// boxes.txt, a box of exactly 10,000 points a line.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr double kWest = 60, kEast = 78, kSouth = 24, kNorth = 37;
constexpr int kVertices = 50;
constexpr std::array<const char*, 12> kKinds{"crossing", "cache", "camp",    "track",  "sensor", "cut",
                                             "attack",   "fuel",  "seizure", "rescue", "flood",  "other"};

// SplitMix64 and its uses: standard distributions give other numbers in another library.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

private:
    std::uint64_t state_;
};

struct Place {
    double lon, lat;
};

// As tiles are numbered, with the part inside the tile.
Place tile_place(Place p, int z) {
    const double side = std::ldexp(1.0, z), lat = p.lat * std::numbers::pi / 180;
    return {(p.lon + 180) / 360 * side, (1 - std::asinh(std::tan(lat)) / std::numbers::pi) / 2 * side};
}

// PostGIS compares boxes rounded to single precision: a point that is a metre beyond a tile's edge is in both tiles
// there. No point lies so near, then all engines agree which tile has it.
bool near_an_edge(Place p) {
    constexpr double kMargin = 0.0005; // of a tile of zoom 12: 5 m
    const Place at = tile_place(p, 12);
    const auto near = [](double v) { return std::abs(v - std::round(v)) < kMargin; };
    return near(at.lon) || near(at.lat);
}

// Three tenths everywhere, the rest around 200 centres whose weights are log-normal.
class Places {
public:
    // Every seed draws other places around the same centres.
    explicit Places(std::uint64_t seed) : random_{seed} {
        Random random{0};
        for (int i = 0; i < 200; ++i) {
            total_ += std::exp(1.5 * random.normal());
            centres_.push_back(
                {{kWest + random.uniform() * (kEast - kWest), kSouth + random.uniform() * (kNorth - kSouth)},
                 0.02 + 0.2 * random.uniform() * random.uniform(),
                 total_});
        }
    }
    Place next() {
        for (;;) {
            const Place p = random_.uniform() < 0.3 ? anywhere() : near_a_centre();
            if (p.lon > kWest && p.lon < kEast && p.lat > kSouth && p.lat < kNorth && !near_an_edge(p)) return p;
        }
    }
    Random& random() { return random_; }

private:
    struct Centre {
        Place at;
        double spread, weight_so_far;
    };
    Place anywhere() {
        return {kWest + random_.uniform() * (kEast - kWest), kSouth + random_.uniform() * (kNorth - kSouth)};
    }
    Place near_a_centre() {
        const double drawn = random_.uniform() * total_;
        std::size_t i = 0;
        while (centres_[i].weight_so_far < drawn) ++i;
        return {centres_[i].at.lon + centres_[i].spread * random_.normal(),
                centres_[i].at.lat + centres_[i].spread * random_.normal()};
    }
    Random random_;
    double total_ = 0;
    std::vector<Centre> centres_;
};

class File {
public:
    File(const std::string& folder, const char* name) : file_{std::fopen((folder + "/" + name).c_str(), "wb")} {
        if (!file_) {
            std::perror(name);
            std::exit(1);
        }
    }
    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
            std::perror("writing");
            std::exit(1);
        }
    }

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

void append(std::string& out, double value, int decimals) {
    char text[40];
    out.append(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr);
}

// Rounded as it is written, so that all engines hold the same place.
double rounded(double degrees) {
    return std::round(degrees * 1e7) / 1e7;
}

template <typename T>
void append_hex(std::string& out, T value) {
    unsigned char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value); // little-endian, as the byte order mark of the EWKB says
    for (const unsigned byte : bytes) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
}

constexpr std::uint32_t kPoint = 1, kLine = 2, kHasSrid = 0x20000000;

void append_ewkb(std::string& out, std::uint32_t type, std::uint32_t srid, const std::vector<Place>& places) {
    constexpr double kRadius_m = 6378137;
    out += "01";
    append_hex(out, type | kHasSrid);
    append_hex(out, srid);
    if (type == kLine) append_hex(out, static_cast<std::uint32_t>(places.size()));
    for (const auto p : places) {
        const double radians = std::numbers::pi / 180;
        append_hex(out, srid == 3857 ? kRadius_m * p.lon * radians : p.lon);
        append_hex(out, srid == 3857 ? kRadius_m * std::asinh(std::tan(p.lat * radians)) : p.lat);
    }
}

struct Attributes {
    std::string kind;
    int severity;
    double confidence;
};

Attributes attributes(Random& random) {
    const auto skewed = static_cast<std::size_t>(random.uniform() * random.uniform() * kKinds.size());
    return {kKinds[skewed], 1 + static_cast<int>(random.next() % 5), static_cast<double>(random.next() % 101) / 100};
}

std::string feature(const char* type, const std::vector<Place>& places, const Attributes& a) {
    std::string out = R"({"type":"Feature","geometry":{"type":")";
    out += type;
    out += R"(","coordinates":)";
    if (places.size() > 1) out += '[';
    for (std::size_t i = 0; i < places.size(); ++i) {
        out += i > 0 ? ",[" : "[";
        append(out, places[i].lon, 7);
        out += ',';
        append(out, places[i].lat, 7);
        out += ']';
    }
    if (places.size() > 1) out += ']';
    out +=
        R"(},"properties":{"kind":")" + a.kind + R"(","severity":)" + std::to_string(a.severity) + R"(,"confidence":)";
    append(out, a.confidence, 2);
    return out + "}}";
}

// An id of the form that Sarhad gives, so that every engine writes as many bytes.
std::string row_of_copy(std::uint32_t type, std::uint32_t srid, const std::vector<Place>& places, const Attributes& a,
                        std::uint64_t number) {
    char id[40];
    std::snprintf(id, sizeof id, "%08x-%04x-8%03x-8%03x-%012llx",
                  static_cast<unsigned>(Random{number}.next() & 0xffffffff), static_cast<unsigned>(number & 0xffff), 0u,
                  0u, static_cast<unsigned long long>(number));
    std::string out = id;
    out += '\t' + a.kind + '\t' + std::to_string(a.severity) + '\t';
    append(out, a.confidence, 2);
    out += '\t';
    append_ewkb(out, type, srid, places);
    return out + '\n';
}

std::vector<Place> write_points(const std::string& folder, int count) {
    Places places{1};
    std::vector<Place> all;
    File json{folder, "points.geojson"}, degrees{folder, "points.copy"}, metres{folder, "points_3857.copy"};
    json.write("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (int i = 0; i < count; ++i) {
        const auto p = places.next();
        const std::vector<Place> place{{rounded(p.lon), rounded(p.lat)}};
        all.push_back(place[0]);
        const auto a = attributes(places.random());
        json.write((i > 0 ? ",\n" : "") + feature("Point", place, a));
        degrees.write(row_of_copy(kPoint, 4326, place, a, static_cast<std::uint64_t>(i)));
        metres.write(row_of_copy(kPoint, 3857, place, a, static_cast<std::uint64_t>(i)));
    }
    json.write("\n]}\n");
    return all;
}

// Each a walk of some hundred metres a step that keeps its heading roughly, as a track does.
void write_lines(const std::string& folder, int count) {
    Places places{2};
    File json{folder, "lines.geojson"}, metres{folder, "lines_3857.copy"};
    json.write("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (int i = 0; i < count; ++i) {
        Place at = places.next();
        double heading = places.random().uniform() * 2 * std::numbers::pi;
        std::vector<Place> line;
        for (int v = 0; v < kVertices; ++v) {
            line.push_back({rounded(at.lon), rounded(at.lat)});
            heading += 0.5 * places.random().normal();
            at.lon += 0.0015 * std::cos(heading);
            at.lat += 0.0015 * std::sin(heading);
        }
        const auto a = attributes(places.random());
        json.write((i > 0 ? ",\n" : "") + feature("LineString", line, a));
        metres.write(row_of_copy(kLine, 3857, line, a, static_cast<std::uint64_t>(i)));
    }
    json.write("\n]}\n");
}

using Tile = std::pair<int, int>;

Tile tile_of(Place p, int z) {
    const Place at = tile_place(p, z);
    return {static_cast<int>(at.lon), static_cast<int>(at.lat)};
}

void write_tiles(const std::string& folder, const char* name, int z, const std::vector<Tile>& tiles) {
    File file{folder, name};
    for (const auto& [x, y] : tiles)
        file.write(std::to_string(z) + " " + std::to_string(x) + " " + std::to_string(y) + "\n");
}

// The ten fullest tiles of zoom 8; of zoom 12 forty as people look (where the points are) and seventeen anywhere.
void write_questions(const std::string& folder, const std::vector<Place>& points) {
    std::map<Tile, int> count;
    for (const auto p : points) ++count[tile_of(p, 8)];
    std::vector<std::pair<int, Tile>> fullest;
    for (const auto& [tile, n] : count) fullest.push_back({-n, tile});
    std::ranges::sort(fullest);
    std::vector<Tile> z8, z12;
    for (std::size_t i = 0; i < std::min<std::size_t>(10, fullest.size()); ++i) z8.push_back(fullest[i].second);
    write_tiles(folder, "z8.txt", 8, z8);

    Random random{3};
    while (z12.size() < 57) {
        const Place p = z12.size() < 40 ? points[random.next() % points.size()]
                                        : Place{kWest + random.uniform() * (kEast - kWest),
                                                kSouth + random.uniform() * (kNorth - kSouth)};
        const auto tile = tile_of(p, 12);
        if (std::ranges::find(z12, tile) == z12.end()) z12.push_back(tile);
    }
    write_tiles(folder, "z12.txt", 12, z12);

    File boxes{folder, "boxes.txt"};
    constexpr std::size_t kWanted = 10'000;
    for (int found = 0; found < 5 && points.size() > kWanted;) {
        const Place centre = points[random.next() % points.size()];
        std::vector<double> distances;
        for (const auto p : points)
            distances.push_back(std::max(std::abs(p.lon - centre.lon), std::abs(p.lat - centre.lat)));
        std::ranges::nth_element(distances, distances.begin() + kWanted);
        const double next = distances[kWanted];
        const double last = *std::max_element(distances.begin(), distances.begin() + kWanted);
        if (next - last < 1.6e-5) continue; // single precision again, four units of it
        ++found;
        const double half = (last + next) / 2;
        std::string line;
        for (const double edge : {centre.lon - half, centre.lat - half, centre.lon + half, centre.lat + half}) {
            if (!line.empty()) line += ' ';
            append(line, edge, 9);
        }
        boxes.write(line + "\n");
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_data FOLDER [POINTS LINES]\n");
        return 2;
    }
    write_questions(argv[1], write_points(argv[1], argc > 2 ? std::atoi(argv[2]) : 1'000'000));
    write_lines(argv[1], argc > 3 ? std::atoi(argv[3]) : 200'000);
}
