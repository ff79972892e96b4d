/* Files: every call retries EINTR and finishes short reads and writes, every message names
 * the path and the errno. Nothing here but file_open_dir follows a symbolic link in its last
 * component, and nothing blocks on a FIFO. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

/* --- reading ------------------------------------------------------------------------- */

/* Opens a regular file for reading (O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC, then fstat) relative
 * to dirfd (AT_FDCWD for the current folder); size_out may be NULL. Returns a descriptor >= 0
 * or a negative code: ERR_NOT_FOUND (ENOENT), ERR_INPUT (not a regular file, a link), ERR_IO. */
int file_open_read(int dirfd, const char *path, uint64_t *size_out, struct err *err);
/* Reads up to len bytes at the current offset: bytes read (0 at the end) or a negative code. */
ssize_t file_read(int fd, void *data, size_t len, const char *path, struct err *err);
/* Reads exactly len bytes at offset; ERR_CORRUPT when the file is shorter. */
int file_pread(int fd, void *data, size_t len, uint64_t offset, const char *path,
               struct err *err);
/* Appends a whole regular file to out; ERR_LIMIT over max_bytes. */
int file_read_all(int dirfd, const char *path, size_t max_bytes, struct buf *out,
                  struct err *err);

/* A read-only map of a whole regular file, MADV_RANDOM. A fault on it (the file was cut
 * short by another program) ends the process with status 3 and a message that names the file,
 * once file_guard_maps() was called. */
struct file_map {
    const uint8_t *data; /* NULL when the file is empty */
    size_t len;
    char *path; /* owned, for messages */
};
int file_map_open(struct file_map *m, int dirfd, const char *dirname, const char *path,
                  struct err *err);
/* The same, and reads the first head_len bytes into head, if the file has so many: for what is read once that costs less than the
 * page fault of a look into the map. */
int file_map_open_head(struct file_map *m, int dirfd, const char *dirname,
                       const char *path, uint8_t *head, size_t head_len,
                       struct err *err);
void file_map_close(struct file_map *m); /* accepts a zeroed struct */
/* Asks the kernel to read [offset, offset+len) soon (MADV_WILLNEED); never fails. */
void file_map_willneed(const struct file_map *m, uint64_t offset, uint64_t len);
/* Installs the SIGBUS handler described above; for main.c. */
void file_guard_maps(void);

/* --- writing ------------------------------------------------------------------------- */

/* Buffered sequential writer over pwrite, with buffers of 64 KiB; a failure sticks. The system is asked to begin writing a file
 * that has a name to the disk every 8 MiB, and asked for room on the disk ahead of a file of some megabytes, at most a quarter of what is
 * written and 8 MiB; what of it is not needed goes back with file_writer_sync. */
struct file_writer {
    int fd;
    char *path;        /* owned, for messages */
    uint8_t *buffer;   /* owned */
    size_t used, cap;  /* of buffer */
    uint64_t offset;   /* file offset of buffer[0] */
    bool lasts;        /* it has a name: it is to be written before it is synced */
    uint64_t begun;    /* bytes before which that was asked for */
    uint64_t reserved; /* bytes for which the disk has room, if more than 0 */
    bool unreserved;   /* it does not give room ahead */
    uint64_t due;      /* bytes that it will have at least; 0: not known */
    /* Of file_writer_held, as long as there is no file: */
    struct budget *budget; /* NULL: there is one */
    VEC(uint8_t *) held;   /* owned; full buffers, `cap` bytes each */
    int dirfd;             /* where it is to be made */
    struct err err;        /* first failure */
};
/* Creates (O_CREAT|O_EXCL|O_NOFOLLOW, mode 0644) and opens; fails if it exists. */
int file_writer_create(struct file_writer *w, int dirfd, const char *path,
                       struct err *err);
/* An unlinked temporary file beside the target (O_TMPFILE, else created and unlinked),
 * opened for reading and writing: never litter, even after SIGKILL where O_TMPFILE works. */
int file_writer_temp(struct file_writer *w, int dirfd, const char *dirname,
                     struct err *err);
/* The same, but what is put stays in memory, charged on the budget, as long as that is no more than a small part of what is
 * free there. The file is made when it is more, or is to be patched or synced; until then dirfd stays the caller's to keep open.
 * budget NULL: as file_writer_temp. */
int file_writer_held(struct file_writer *w, int dirfd, const char *dirname,
                     struct budget *budget, struct err *err);
void file_writer_put(struct file_writer *w, const void *data, size_t len);
/* Puts the first len bytes that another writer has got, whose file, if there is one, is open for reading too, and flushes that. Takes no
 * memory. */
void file_writer_copy(struct file_writer *w, struct file_writer *from, uint64_t len);
/* Says that the file will have len bytes, or a few more, at its end: room on the disk is asked for no further. What was asked for and
 * is not needed would have to go back before it is synced, and the disk be told. */
void file_writer_expect(struct file_writer *w, uint64_t len);
uint64_t file_writer_tell(const struct file_writer *w);
/* Overwrites bytes that were already put (headers); flushes first. */
void file_writer_patch(struct file_writer *w, uint64_t offset, const void *data,
                       size_t len);
/* Writes what is buffered out, if there is a file; 0 or the first failure. */
int file_writer_flush(struct file_writer *w, struct err *err);
/* Reads len bytes at an offset, all of which were put before file_writer_flush, of a file that is open for reading too, or of what is held. Any
 * thread, while nobody puts. */
int file_writer_read(const struct file_writer *w, void *out, size_t len,
                     uint64_t offset, struct err *err);
/* Maps all that was written out of a file that is open for reading too and will not change any more; nothing may be held. */
int file_writer_map(const struct file_writer *w, struct file_map *m, struct err *err);
/* Flush and fsync; a failed fsync is never retried. The descriptor stays open. */
int file_writer_sync(struct file_writer *w, struct err *err);
/* Closes the file alone, and gives no memory back yet. */
void file_writer_close_file(struct file_writer *w);
void file_writer_close(
    struct file_writer *w); /* accepts a zeroed struct; does not flush */

/* Writes a small whole file durably: temp name, fsync, rename over `path`, fsync folder. */
int file_publish(int dirfd, const char *dirname, const char *path, struct bytes data,
                 struct err *err);
/* rename within a folder, then fsync of the folder. */
int file_rename_durable(int dirfd, const char *dirname, const char *from,
                        const char *to, struct err *err);
int file_sync_dir(int dirfd, const char *dirname, struct err *err);
/* Opens a folder (created with mode 0755 when make is set, its parents not, and its entry
 * made durable); descriptor or negative code. Follows links: the folder is one a user names,
 * never one that was found. */
int file_open_dir(const char *path, bool make, struct err *err);
/* Takes an exclusive flock on `name` in the folder without waiting: a descriptor that holds
 * it until closed, or ERR_LOCKED. The lock dies with its process. */
int file_lock(int dirfd, const char *dirname, const char *name, struct err *err);
/* unlink; a file that is not there is no error. */
int file_remove(int dirfd, const char *path, struct err *err);
