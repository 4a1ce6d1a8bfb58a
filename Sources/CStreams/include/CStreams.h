// libre takes connections by a function of its own that others may call as well, `tcp_accept`. What stands in its place here is found before it, by libre
// too, and can have each connection looked at. The names for it are in CRe, beside libre's.
#pragma once
