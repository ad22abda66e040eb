/* command.h - what lanyardd does besides serving: admin, backup, check-backup, restore, migrate,
 * doctor. */
#ifndef SERVER_SERVE_COMMAND_H
#define SERVER_SERVE_COMMAND_H

#include "config/config.h"

/* The words of "lanyardd [SETTING]... COMMAND [WORD or SETTING]...", apart. Borrowed from argv. */
typedef struct command_words {
    int settings_count;
    char **settings; /* argv[0] and the settings, for config_read() */
    int rest_count;
    char **rest; /* the command and its words */
} command_words;

/* E_NO_MEMORY. */
SRV_CHECK srv_status command_split(int argc, char **argv, command_words *words, srv_error *error);
void command_words_done(command_words *words);

/* Runs the command argv[0] and prints what it has to say. The exit status. */
int command_run(const srv_config *config, int argc, char **argv);

#endif
