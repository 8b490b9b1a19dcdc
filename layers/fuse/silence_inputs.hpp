// From rows to what silence is judged by: which reports, check posts and patrols count for which agency in which area,
// which are left out and why. The purpose wall stands here: a rescue report is passed over before anything of it is
// looked at or counted, so that with or without it every byte of the result is the same.
// Knows the layers' fields; no caller: whoever hands rows in has asked the policy.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/fuse/silence.hpp"
#include "layers/model/layer.hpp"
#include "layers/normalise/normalise.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace layers::fuse {

struct SilenceSource { // one collection that was read
    std::string collection;
    std::string data_version; // opaque; another one when other rows, or other versions of them, were used
    std::int64_t used = 0;
    std::map<std::string, std::int64_t> left_out; // by the reason, in words
};

struct SilenceAgency {
    std::map<SilenceArea, Presence> areas;
    access::Label label; // of all that was used of this agency
};

struct SilenceInputs {
    std::map<std::string, SilenceAgency> agencies; // by code
    std::vector<SilenceSource> sources;            // reports, check_posts, patrol_tracks, border_sections
    access::Label label;                           // of everything
};

// Takes rows in any order. One thread.
class SilenceReader {
public:
    // `sections` and the layers must outlive this; only their common and named fields are read.
    SilenceReader(const std::vector<normalise::Section>& sections, const SilenceQuestion& question);

    // What these look at: names of fields to read.
    static std::vector<std::string> report_fields();
    static std::vector<std::string> check_post_fields();
    static std::vector<std::string> patrol_fields(); // and the geometry

    // `first_stored`: when the first version of this row was stored; asked only of those that count.
    void report(const Layer& reports, const Record& record,
                const std::function<geo::Instant(const Record&)>& first_stored);
    void check_post(const Layer& check_posts, const Record& record);
    void patrol(const Layer& patrol_tracks, const Record& record);
    void section(const Record& record); // of border_sections: that this version of it was used

    SilenceInputs take(); // ends it

private:
    struct Source {
        SilenceSource said;
        std::uint64_t sum_a = 0, sum_b = 0; // of what was used, whatever the order
    };
    void use(Source& source, const std::vector<std::string>& agencies, const Record& record);
    double length_of(const std::string& section) const; // 0: not known
    SilenceArea area_of(const Record& record) const;
    std::vector<SilenceArea> areas_of_line(const Record& record) const;

    const std::vector<normalise::Section>& sections_;
    const SilenceQuestion question_;
    SilenceInputs inputs_;
    Source reports_, posts_, patrols_, lines_;
};

// The rows of the derived layer `silence` (model/silence.cpp): the agencies in the order of their codes, each by area.
// Ids follow from agency, area and scenario, so they stay when the hour changes; labels are those of the agency's own
// inputs, since nothing else is in a row. Geometry: the piece of the section, none off the line.
std::vector<Record> silence_rows(const Layer& layer, const SilenceInputs& inputs,
                                 const std::vector<normalise::Section>& sections, const SilenceQuestion& question,
                                 const std::string& scenario);

} // namespace layers::fuse
