/* Runs a fuzz target without libFuzzer: on each file of a folder, on all its beginnings and on
 * some hundred damaged copies of it, the same in every run. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BYTES_MAX = 65536,
    BEGINNINGS_MAX = 400,
    DAMAGED = 400
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* Exactly as long as it says, for the address sanitizer to watch. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        abort();
    memcpy(copy, data, len);
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void run_damaged(uint8_t *data, size_t len, uint64_t *state)
{
    static uint8_t work[BYTES_MAX];
    if (len == 0)
        return;
    for (int i = 0; i < DAMAGED; i++) {
        size_t n = len;
        memcpy(work, data, len);
        for (uint64_t k = next_random(state) % 4; k > 0; k--)
            work[next_random(state) % n] ^= (uint8_t)(1u << (next_random(state) % 8));
        size_t from = next_random(state) % n, to = next_random(state) % n;
        size_t part = next_random(state) % (n - (from > to ? from : to));
        if (i % 2)
            memmove(work + to, work + from, part);
        run(work, n);
    }
}

static int run_file(const char *folder, const char *name)
{
    static uint8_t data[BYTES_MAX];
    char path[4096];
    uint64_t state = 42;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        (void)fprintf(stderr, "%s: cannot be opened\n", path);
        return 1;
    }
    size_t len = fread(data, 1, sizeof data, f);
    (void)fclose(f);
    run(data, len);
    size_t step = len / BEGINNINGS_MAX + 1;
    for (size_t n = 0; n < len; n += step)
        run(data, n);
    run_damaged(data, len, &state);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2, files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        const struct dirent *e;
        if (!dir) {
            (void)fprintf(stderr, "%s: cannot be opened\n", argv[i]);
            return 1;
        }
        while ((e = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe)
            if (e->d_name[0] == '.')
                continue;
            failed |= run_file(argv[i], e->d_name);
            files++;
        }
        (void)closedir(dir);
    }
    (void)printf("%d files\n", files);
    return failed || files == 0;
}
