#include "server/jobs/import.hpp"

#include "geo/wrap/crypto.hpp"
#include "layers/model/statements.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>

namespace server::jobs {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::normalise::Normaliser;
using layers::store::Outcome;
using layers::store::Store;

constexpr const char* kSectionLayer = "border_sections";
// Where the axes of a file are expected to lie when no border section says it: the land and sea around Pakistan.
constexpr geo::Box kRegion{55, 18, 82, 42};
constexpr double kRegionMargin_deg = 3;

std::string digest_of_file(const std::string& path, const std::stop_token& stop) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw Error{ErrorCode::unreadable_file, "the file can't be opened"};
    geo::wrap::Sha256 hash;
    std::string buffer(1 << 20, '\0');
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
        hash.add(std::string_view{buffer}.substr(0, static_cast<std::size_t>(file.gcount())));
        if (stop.stop_requested()) throw Error{ErrorCode::cancelled, "the import was cancelled"};
    }
    return geo::wrap::to_hex(hash.finish());
}

// Everything that decides what the rows become.
std::string key_of(const std::string& path, const ImportOptions& options) {
    std::string all;
    const auto add = [&all](std::string_view text) {
        all += std::to_string(text.size()) + ':';
        all += text;
    };
    add(digest_of_file(path, options.stop));
    for (const auto* text : {&options.layer, &options.crs, &options.agency, &options.scenario_id,
                             &options.reading.source_layer, &options.reading.x_column, &options.reading.y_column,
                             &options.reading.wkt_column, &options.reading.mgrs_column}) {
        add(*text);
    }
    add(std::to_string(options.strict) + std::to_string(options.axes == Axes::swap));
    add(options.mapping ? layers::normalise::to_json(*options.mapping) : "");
    return geo::wrap::sha256_hex(all);
}

geo::Box region_of(const Store& store) {
    geo::Box box;
    store.scan(kSectionLayer, store.last_seq(), std::nullopt, std::nullopt, [&](const layers::Record& row) {
        box.add(row.geometry.box());
        return true;
    });
    if (box.empty()) return kRegion;
    return {box.min_x - kRegionMargin_deg, box.min_y - kRegionMargin_deg, box.max_x + kRegionMargin_deg,
            box.max_y + kRegionMargin_deg};
}

// One import under way. Reading calls it row by row; the store works on one batch while the next is made. Never more
// than one is on its way: were one to fail and its follower to succeed, the kept position would lie behind lost rows.
class Import {
public:
    Import(Store& store, const std::string& path, const ImportOptions& options)
        : store_{store}, path_{path}, options_{options}, region_{region_of(store)} {
        if (options.layer != kSectionLayer) sections_ = border_sections_of(store);
        report_.file = options.reading.declared_name.empty() ? std::filesystem::path{path}.filename().string()
                                                             : options.reading.declared_name;
        report_.layer = options.layer;
        report_.dry_run = options.dry_run;
        report_.strict = options.strict;
        if (options.mapping) report_.assumes = options.mapping->note;
    }

    ImportReport run() {
        const auto known = store_.catalogue().find(options_.layer);
        if (!options_.new_layer && (!known || known->internal)) {
            throw Error{ErrorCode::not_found, "there is no layer \"" + options_.layer + "\"", "layer"};
        }
        if (!options_.dry_run) key_ = key_of(path_, options_);
        const bool two_passes = options_.strict && !options_.dry_run;
        if (two_passes || options_.dry_run) {
            writing_ = false;
            pass();
            if (options_.strict && report_.rejected > 0) {
                report_.stopped = Error{ErrorCode::invalid_input,
                                        std::to_string(report_.rejected) + " rows do not fit: none was taken (strict)"};
                return std::move(report_);
            }
            if (options_.dry_run) {
                report_.complete = true;
                return std::move(report_);
            }
            forget_counts();
        }
        writing_ = true;
        resume();
        try {
            pass();
            finish();
        } catch (const Error& error) {
            abandon(error);
        }
        return std::move(report_);
    }

private:
    void pass() {
        auto reading = options_.reading;
        reading.skip_rows = writing_ ? position_ : 0;
        layers::ingest::read(
            path_, reading, [this](const auto& schema) { begin(schema); },
            [this](std::vector<geo::RawFeature> rows) { take(std::move(rows)); },
            [this](const layers::ingest::RowFault& fault) {
                check_stop();
                ++report_.rows;
                ++report_.rejected;
                report_.add({fault.line, fault.field, fault.reason, true});
            });
    }

    void check_stop() const {
        if (options_.stop.stop_requested()) throw Error{ErrorCode::cancelled, "the import was cancelled"};
    }

    void begin(const layers::ingest::SourceSchema& schema) {
        schema_ = schema;
        report_.format = schema.format;
        report_.source_layer = schema.layer;
        report_.other_layers = schema.other_layers;
        report_.counts_lines = schema.counts_lines;
        report_.crs = options_.crs.empty() ? schema.crs : options_.crs;
        if (options_.mapping && !options_.mapping->crs.empty()) report_.crs = options_.mapping->crs;

        layers::normalise::Options options;
        options.layer = target_layer();
        layer_ = options.layer;
        options.mapping = options_.mapping;
        options.source_crs = report_.crs;
        options.strict = options_.strict;
        options.swap_axes = options_.axes == Axes::swap;
        options.agency = options_.agency;
        options.agency_forced = options_.agency_forced;
        options.scenario_id = options_.scenario_id;
        options.sections = sections_.empty() ? nullptr : &sections_;
        normaliser_.emplace(std::move(options), schema);
        axes_judged_ = options_.axes != Axes::ask;
        if (options_.on_schema && !announced_) options_.on_schema(schema);
        announced_ = true;
    }

    // A new layer is kept in the store only when rows are about to follow. The same file again finds its own layer.
    std::shared_ptr<const layers::Layer> target_layer() {
        const auto known = store_.catalogue().find(options_.layer);
        if (!options_.new_layer) return known;
        auto made = layers::normalise::layer_for(options_.layer, schema_);
        if (known) {
            const bool same = !known->built_in && layer_to_json(*known) == layer_to_json(made);
            if (same) return known;
            throw Error{ErrorCode::conflict,
                        "there is a layer \"" + options_.layer + "\" of other fields already: --layer adds to it",
                        "new_layer"};
        }
        if (writing_) {
            store_.add_layer(made);
            report_.new_layer = true;
        }
        return std::make_shared<const layers::Layer>(std::move(made));
    }

    void take(std::vector<geo::RawFeature> rows) {
        check_stop();
        judge_axes(rows);
        std::vector<layers::store::Write> batch;
        batch.reserve(rows.size());
        std::vector<std::int64_t> lines;
        std::vector<layers::normalise::Note> notes;
        for (const auto& row : rows) {
            ++report_.rows;
            notes.clear();
            auto record = normaliser_->row(row, notes);
            for (auto& note : notes) report_.add(std::move(note));
            if (!record) {
                ++report_.rejected;
                continue;
            }
            if (!notes.empty()) ++report_.repaired;
            if (!layer_->reference && geo::is_null(record->values[layers::common::agency])) ++report_.unowned;
            if (!writing_) continue;
            layers::store::Write write;
            write.layer = options_.layer;
            write.record = std::move(*record);
            write.account = options_.account;
            write.skip_if_same = true;
            write.replace_if_exists = true;
            if (layer_->change != layers::ChangeRule::replace) // what was appended since the last import stays
                write.amend = [layer = layer_](const layers::Record& now, layers::Record& told) {
                    told = layers::told_again(*layer, now, std::move(told), true);
                };
            batch.push_back(std::move(write));
            lines.push_back(row.line);
        }
        if (writing_) submit(std::move(batch), std::move(lines), false);
        show();
    }

    // Before the first row with a place goes in: are x and y the other way round?
    void judge_axes(const std::vector<geo::RawFeature>& rows) {
        if (axes_judged_) return;
        axes_judged_ = std::ranges::any_of(rows, [](const auto& row) { return !row.geometry.empty(); });
        if (!layers::normalise::looks_swapped(rows, report_.crs, region_)) return;
        throw Error{
            ErrorCode::invalid_input,
            "the file's places lie outside the region, but inside it with x and y exchanged: is latitude written "
            "first? Say --swap-axes to exchange them, --keep-axes to take them as they are",
            "swap_axes"};
    }

    void submit(std::vector<layers::store::Write> batch, std::vector<std::int64_t> lines, bool last) {
        collect();
        layers::store::ImportState state;
        state.key = key_;
        state.rows_done = report_.rows;
        state.finished = last;
        state.report_json = progress_to_json(report_);
        lines_ = std::move(lines);
        pending_ = store_.write_import(std::move(batch), std::move(state));
    }

    void collect() {
        if (!pending_.valid()) return;
        const auto items = pending_.get();
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].error) {
                const auto& error = *items[i].error;
                const bool storage = error.code == ErrorCode::storage_full || error.code == ErrorCode::storage_failed ||
                                     error.code == ErrorCode::busy;
                if (storage) throw error;
                ++report_.rejected;
                report_.add({i < lines_.size() ? lines_[i] : 0, error.pointer, error.what(), true});
                continue;
            }
            switch (items[i].result->outcome) {
            case Outcome::created:
                ++report_.created;
                break;
            case Outcome::replaced:
                ++report_.replaced;
                break;
            default:
                ++report_.unchanged;
                break;
            }
        }
    }

    // Known to the store but not finished: the rows up to its position are in. How many of them were new was known for
    // all but the last batch before the stop.
    void resume() {
        const auto state = store_.import_state(key_);
        if (!state || state->finished || state->rows_done == 0) return;
        progress_from_json(report_, state->report_json);
        report_.rows = position_ = state->rows_done;
        report_.earlier = report_.accepted() - report_.created - report_.replaced - report_.unchanged;
        report_.resumed = true;
    }

    void finish() {
        submit({}, {}, true); // collects the last batch, so that the kept report is whole
        collect();
        report_.complete = true;
        if (options_.progress) options_.progress(1, std::to_string(report_.rows) + " rows");
    }

    // Nothing in: the error is the answer. Something in: the report says what, and why no more.
    void abandon(const Error& error) {
        try {
            collect();
        } catch (const Error&) { // the batch that failed is the reason itself
        }
        if (report_.created + report_.replaced + report_.unchanged + report_.earlier == 0) throw error;
        report_.stopped = error;
    }

    void forget_counts() {
        ImportReport fresh;
        fresh.file = report_.file;
        fresh.layer = report_.layer;
        fresh.strict = report_.strict;
        fresh.assumes = report_.assumes;
        report_ = std::move(fresh);
    }

    void show() {
        if (!options_.progress) return;
        const bool known = schema_.feature_count && *schema_.feature_count > 0;
        double share = known ? static_cast<double>(report_.rows) / static_cast<double>(*schema_.feature_count) : -1;
        if (known && options_.strict && !options_.dry_run) share = writing_ ? 0.5 + share / 2 : share / 2;
        auto detail = std::to_string(report_.rows) + " rows";
        if (report_.rejected > 0) detail += ", " + std::to_string(report_.rejected) + " rejected";
        options_.progress(std::min(share, 1.0), detail);
    }

    Store& store_;
    const std::string& path_;
    const ImportOptions& options_;
    geo::Box region_;
    std::vector<layers::normalise::Section> sections_;
    layers::ingest::SourceSchema schema_;
    std::optional<Normaliser> normaliser_;
    std::string key_;
    bool writing_ = false;
    bool announced_ = false;
    std::shared_ptr<const layers::Layer> layer_; // base data needs no owner
    bool axes_judged_ = false;
    std::int64_t position_ = 0; // rows of the file that an earlier run has dealt with
    std::future<std::vector<Store::Item>> pending_;
    std::vector<std::int64_t> lines_; // of the pending batch
    ImportReport report_;
};

} // namespace

std::vector<layers::normalise::Section> border_sections_of(const Store& store) {
    std::vector<layers::normalise::Section> sections;
    store.scan(kSectionLayer, store.last_seq(), std::nullopt, std::nullopt, [&](const layers::Record& row) {
        const auto* reference = std::get_if<std::string>(&row.values[layers::common::source_ref]);
        sections.push_back({reference != nullptr ? *reference : geo::to_string(row.id), geo::Chain{row.geometry}});
        return true;
    });
    return sections;
}

ImportReport run_import(Store& store, const std::string& path, const ImportOptions& options) {
    return Import{store, path, options}.run();
}

StartedImport start_import(Manager& manager, Store& store, const std::string& spool_file, ImportOptions options,
                           std::chrono::milliseconds at_most) {
    if (options.reading.declared_name.empty())
        options.reading.declared_name = std::filesystem::path{spool_file}.filename().string();
    const auto own = spool_file + ".import";
    std::filesystem::rename(spool_file, own);
    // Removed with the last owner of the work, whether it ran, failed or was dismissed while it waited.
    const std::shared_ptr<void> file{nullptr, [own](void*) {
                                         std::error_code ignored;
                                         std::filesystem::remove(own, ignored);
                                     }};
    struct Answer {
        std::promise<layers::ingest::SourceSchema> schema;
        bool given = false;
    };
    const auto answer = std::make_shared<Answer>();
    auto ready = answer->schema.get_future();
    const auto account = options.account;
    auto work = [&store, own, file, answer, options = std::move(options)](Task& run) mutable {
        options.stop = run.stop();
        options.on_schema = [&](const layers::ingest::SourceSchema& schema) {
            answer->given = true;
            answer->schema.set_value(schema);
        };
        options.progress = [&](double share, const std::string& detail) { run.report(share, detail); };
        try {
            const auto report = run_import(store, own, options);
            run.result(to_json(report));
            if (report.stopped) throw *report.stopped;
        } catch (...) {
            if (!answer->given) answer->schema.set_exception(std::current_exception());
            answer->given = true;
            throw;
        }
    };
    // Behind others it would only hold the caller's thread: the job says what comes of it.
    if (manager.would_wait()) at_most = std::chrono::milliseconds{0};
    StartedImport started;
    started.job = manager.start("import", account, std::move(work));
    if (ready.wait_for(at_most) != std::future_status::ready) return started;
    try {
        started.schema = ready.get();
    } catch (const std::future_error&) { // dismissed before it began
        throw Error{ErrorCode::cancelled, "the import was cancelled"};
    }
    return started;
}

} // namespace server::jobs
