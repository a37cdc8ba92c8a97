// `fakekube node`: see node_options.cpp for its command line.
#pragma once

namespace bestgres::fakekube {

// Arguments without the program and the word `node`'s own name: argv[0] is ignored.
int node_main(int argc, char** argv);

}  // namespace bestgres::fakekube
