/* command.h - what lanyardd does besides serving: admin, backup, check-backup, restore, migrate,
 * doctor. */
#ifndef SERVER_SERVE_COMMAND_H
#define SERVER_SERVE_COMMAND_H

#include "config/config.h"

/* The words of a command line, apart: settings (and --config) for config_read(), the rest for the
 * command. Borrowed from argv. */
typedef struct command_words {
    int settings_count;
    char **settings; /* argv[0] and the settings */
    int rest_count;
    char **rest; /* behind the command's name */
} command_words;

/* E_NO_MEMORY. */
SRV_CHECK srv_status command_split(int argc, char **argv, command_words *words, srv_error *error);
void command_words_done(command_words *words);

/* true: the word names one of them. */
bool command_is(const char *word);
/* Runs it and prints what it has to say. The exit status. */
int command_run(const char *name, const srv_config *config, int argc, char **argv);

#endif
