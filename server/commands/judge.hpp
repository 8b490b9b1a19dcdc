// sarhad judge: judgements about pairs of reports from a table, for what was decided before or elsewhere.
#pragma once

namespace server::commands {

int judge_command(int argc, char** argv);

} // namespace server::commands
