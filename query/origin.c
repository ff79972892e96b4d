/* Where the program lies: unknown.
 *
 * A static program of the GNU C library asks at its start, by readlink of /proc/self/exe, for $ORIGIN in the paths of
 * libraries that it might load. This program loads none, and the question is 4 % of what a process takes that counts a
 * phrase (docs/DECISIONS.md 207). This stands in place of the library's function and answers with its own value for "unknown".
 * CMake adds this file only where a program links with it. */

const char *_dl_get_origin(void); // NOLINT(readability-identifier-naming)

const char *_dl_get_origin(void) // NOLINT(readability-identifier-naming)
{
    return (const char *)-1; // NOLINT(performance-no-int-to-ptr)
}
