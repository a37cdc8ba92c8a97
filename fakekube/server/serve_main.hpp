// `fakekube serve`: see serve_options.hpp for its command line.
#pragma once

namespace bestgres::fakekube {

// argv[0] is ignored.
int serve_main(int argc, char** argv);

}  // namespace bestgres::fakekube
