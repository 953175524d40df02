/* SPDX-License-Identifier: MIT
 *
 * Gives every file of a directory to a fuzz target, once each: how builds without libFuzzer run the
 * seeds and whatever a long run has found.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { FILE_BYTES_MAX = 1 << 20 };

/* False if the file cannot be read; a sanitizer or an assert ends the program if the target fails.
 */
static bool replay_file(int directory, const char *name)
{
    static uint8_t buffer[FILE_BYTES_MAX];
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t bytes = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));
    if (fd >= 0) {
        close(fd);
    }
    if (bytes < 0) {
        fprintf(stderr, "replay: cannot read %s\n", name);
        return false;
    }
    uint8_t *exact = malloc(bytes == 0 ? 1 : (size_t)bytes);
    if (exact == NULL) {
        return false;
    }
    for (ssize_t i = 0; i < bytes; i++) {
        exact[i] = buffer[i];
    }
    (void)LLVMFuzzerTestOneInput(exact, (size_t)bytes); /* always 0, says libFuzzer */
    free(exact);
    return true;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    bool is_fine = true;
    DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
    if (directory == NULL) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    for (struct dirent *file = readdir(directory); file != NULL; file = readdir(directory)) {
        if (file->d_name[0] != '.') {
            is_fine = replay_file(dirfd(directory), file->d_name) && is_fine;
            count++;
        }
    }
    closedir(directory);
    printf("replayed %u inputs\n", count);
    return is_fine && count > 0 ? 0 : 1;
}
