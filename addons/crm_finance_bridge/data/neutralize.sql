-- a copy of the database must not be able to talk to the books
UPDATE finance_connection
   SET state = 'off',
       secret_token = NULL,
       secret_hint = NULL,
       secret_set_at = NULL,
       hook_token = NULL,
       hook_former_token = NULL,
       hook_former_until = NULL,
       hook_code = NULL,
       base_url = 'https://neutralized.invalid/';

DELETE FROM finance_token;
