// `sarhad export`: tiles of any layers, zooms and area into one MBTiles file; or a layer's rows as GeoJSON.
#pragma once

namespace server::commands {

int export_command(int argc, char** argv); // argv[0] is the verb

} // namespace server::commands
