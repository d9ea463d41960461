;;; mailfleet-accounts.el --- accounts for Gnus and message-mode  -*- lexical-binding: t; coding: utf-8 -*-

;; Copyright (c) 2026, the mailfleet.autodiscover authors
;; GNU General Public License v3.0+ (https://www.gnu.org/licenses/gpl-3.0.txt)
;; SPDX-License-Identifier: GPL-3.0-or-later

;; Written by the Ansible collection mailfleet.autodiscover; changes made here are overwritten.
;; The accounts are in files beside or around this one; each calls `mailfleet-account'.
;; Accounts that are not listed there are left alone, whatever they do.

;;; Code:

(require 'cl-lib)

;; What is bound below must be known as special before those libraries are loaded.
(defvar auth-sources)
(defvar gnus-secondary-select-methods)
(defvar gnus-select-method)
(defvar gnutls-verify-error)
(defvar mail-source-password-cache)
(defvar mail-sources)
(defvar network-security-level)
(defvar nsm-trust-local-network)
(defvar pop3-authentication-scheme)
(defvar pop3-mailhost)
(defvar pop3-maildrop)
(defvar pop3-password)
(defvar pop3-port)
(defvar pop3-stream-type)
(defvar send-mail-function)
(defvar smtpmail-auth-supported)
(defvar smtpmail-smtp-server)
(defvar smtpmail-smtp-service)
(defvar smtpmail-smtp-user)
(defvar smtpmail-stream-type)

;; Loaded where they are used.
(declare-function auth-source-forget+ "auth-source")
(declare-function auth-source-search "auth-source")
(declare-function message-field-value "message")
(declare-function pop3-get-message-count "pop3")

(defvar mailfleet-accounts nil
  "The accounts, as lists of properties, in the order in which they were loaded.")

(defvar mailfleet--sending nil
  "The account whose mail is being sent.")

(defun mailfleet-account (account)
  "Add ACCOUNT, or put it in the place of the one with the same address."
  (let ((known (mailfleet--find (plist-get account :email))))
    (if known
        (setcar (memq known mailfleet-accounts) account)
      (setq mailfleet-accounts (append mailfleet-accounts (list account)))))
  ;; What the person's own init file says comes first.
  (if after-init-time
      (mailfleet--introduce)
    (add-hook 'after-init-hook #'mailfleet--introduce)))

(defun mailfleet--find (email)
  "Return the account with the address EMAIL, or nil."
  (and email
       (cl-find (downcase email) mailfleet-accounts
                :key (lambda (account) (downcase (plist-get account :email))) :test #'equal)))

(defun mailfleet--introduce ()
  "Use address and name of the first account where the person has said neither."
  (let* ((account (car mailfleet-accounts))
         (name (plist-get account :name)))
    (when (and account
               (not (getenv "EMAIL"))
               (member user-mail-address
                       (list nil (ignore-errors
                                   (eval (car (get 'user-mail-address 'standard-value)) t)))))
      (setq user-mail-address (plist-get account :email))
      (when (and name (member user-full-name (list nil "" (user-full-name (user-real-uid)))))
        (setq user-full-name name)))))


;;; Connections

(defun mailfleet--security (host service)
  "Return how connections to SERVICE of HOST are secured; nil: no account goes there."
  (cl-loop for account in mailfleet-accounts
           thereis (cl-loop for side in '(:incoming :outgoing)
                            for server = (plist-get account side)
                            when (and (equal (plist-get server :host) host)
                                      (equal (format "%s" (plist-get server :port)) (format "%s" service)))
                            return (plist-get server :security))))

(defvar mailfleet--connecting nil
  "Host and service of the connection that is being made.
One with TLS is made inside of a plain one.")

(defun mailfleet--connect (open name buffer host service &rest parameters)
  "Around advice: call OPEN for the connection that the account of HOST asks for.
With TLS, a certificate that is not right is an error and no question.
NAME, BUFFER, HOST, SERVICE and PARAMETERS are those of `open-network-stream'."
  (let* ((place (list host service))
         (security (and (not (equal place mailfleet--connecting)) (mailfleet--security host service)))
         (mailfleet--connecting (if security place mailfleet--connecting))
         (parameters (copy-sequence parameters)))
    (cond
     ((null security) (apply open name buffer host service parameters))
     ((eq security 'plain)
      ;; The administrator has allowed it: the question whether to go on would come each time.
      (apply open name buffer host service
             (plist-put (plist-put parameters :type 'plain) :warn-unless-encrypted nil)))
     (t
      (require 'gnutls)
      (require 'nsm)
      (let ((gnutls-verify-error t)
            (network-security-level (if (memq network-security-level '(high paranoid)) network-security-level 'medium))
            (nsm-trust-local-network nil))
        (condition-case nil
            (apply open name buffer host service
                   (plist-put parameters :type (if (eq security 'ssl) 'tls 'starttls)))
          ;; Where TLS is required and not offered, `nsm-verify-connection' stumbles over a process that is gone.
          (wrong-type-argument (error "%s port %s gives no TLS connection" host service))))))))

(advice-add 'open-network-stream :around #'mailfleet--connect)


;;; Passwords

(defun mailfleet--run (account)
  "Return the first line that the password command of ACCOUNT prints."
  (with-temp-buffer
    (let* ((default-directory "/")
           (status (call-process "/bin/sh" nil '(t nil) nil "-c" (plist-get account :password-command))))
      (unless (eq status 0)
        (user-error "The command for the password of %s failed: %s" (plist-get account :email) status))
      (buffer-substring-no-properties (point-min) (progn (goto-char (point-min)) (line-end-position))))))

(defun mailfleet--asked-p (server spec)
  "Tell whether SPEC of `auth-source-search' asks for the login of SERVER."
  (cl-flet ((named (key value)
              (let ((asked (plist-get spec key)))
                (cl-find value (if (listp asked) asked (list asked))
                         :test (lambda (one other) (equal one (format "%s" other)))))))
    (and (named :host (plist-get server :host))
         (named :port (format "%s" (plist-get server :port)))
         (named :user (plist-get server :user)))))

(defun mailfleet--secret (account server)
  "Return the password of ACCOUNT for SERVER, or nil when it is not known here."
  (cond ((plist-get server :same-secret) (mailfleet--known-secret account))
        ((and (eq server (plist-get account :incoming)) (plist-get account :password-command))
         (mailfleet--run account))))

(defun mailfleet--search (&rest spec)
  "Search the accounts for SPEC as `auth-source-search' does."
  (cl-loop for account in (and (not (plist-get spec :delete)) mailfleet-accounts)
           for server = (cl-find-if (lambda (server) (mailfleet--asked-p server spec))
                                    (list (plist-get account :incoming) (plist-get account :outgoing)))
           for secret = (and server (mailfleet--secret account server))
           when secret
           return (list (list :host (plist-get server :host) :port (plist-get server :port)
                              :user (plist-get server :user) :secret (lambda () secret)))))

(defun mailfleet--services (server)
  "Return the names under which a file of passwords may have the port of SERVER."
  (let ((protocol (symbol-name (plist-get server :type))))
    (list (format "%s" (plist-get server :port)) protocol (concat protocol "s"))))

(defun mailfleet--cache-key (server)
  "Return the name that `mail-source-fetch-pop' gives to the password of SERVER."
  (format "%s:%s:%s" (plist-get server :host) (plist-get server :user) (plist-get server :port)))

(defun mailfleet--known-secret (account)
  "Return the incoming password of ACCOUNT, or nil when it has not been said yet."
  (let* ((server (plist-get account :incoming))
         (secret (plist-get (car (auth-source-search :max 1 :host (plist-get server :host)
                                                     :port (mailfleet--services server)
                                                     :user (plist-get server :user)))
                            :secret)))
    (or (if (functionp secret) (funcall secret) secret)
        (and (boundp 'mail-source-password-cache)
             (cdr (assoc (mailfleet--cache-key server) mail-source-password-cache))))))

(defun mailfleet--parse-source (entry)
  "Return the auth-source backend for ENTRY, which is the symbol `mailfleet'."
  (when (eq entry 'mailfleet)
    (make-instance 'auth-source-backend :source "mailfleet" :type 'mailfleet :search-function #'mailfleet--search)))

(defun mailfleet--sources ()
  "Let `auth-source-search' ask the accounts, after all other sources."
  (require 'auth-source)
  (add-hook 'auth-source-backend-parser-functions #'mailfleet--parse-source)
  (add-to-list 'auth-sources 'mailfleet t))

(with-eval-after-load 'auth-source (mailfleet--sources))


;;; Sending

(defun mailfleet--account-of (buffer)
  "Return the account that the mail in BUFFER is from, or nil."
  (with-current-buffer buffer
    (save-excursion
      (save-restriction
        (widen)
        (goto-char (point-min))
        (narrow-to-region
         (point-min)
         (if (re-search-forward (concat "^\\(?:" (regexp-quote (or mail-header-separator "")) "\\)?$") nil t)
             (match-beginning 0)
           (point-max)))
        (require 'mail-utils)
        (let ((from (or (mail-fetch-field "resent-from") (mail-fetch-field "from"))))
          (and from (mailfleet--find (cadr (mail-extract-address-components from)))))))))

(defun mailfleet--plain (text)
  "Return TEXT, which a server may have said, as one line, not too long, of nothing but characters to look at."
  (let ((line (replace-regexp-in-string
               "[^[:print:]]\\|[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]" "?"
               (string-to-multibyte text))))
    (if (> (length line) 500) (substring line 0 500) line)))

(defun mailfleet--pop-first (account)
  "Log in to the POP3 server of ACCOUNT; an error when that fails."
  (require 'pop3)
  (require 'mail-source)
  (mailfleet--sources)
  (let* ((server (plist-get account :incoming))
         (key (mailfleet--cache-key server))
         (pop3-mailhost (plist-get server :host))
         (pop3-port (plist-get server :port))
         (pop3-maildrop (plist-get server :user))
         (pop3-stream-type (plist-get server :security))
         (pop3-authentication-scheme 'pass)
         (pop3-password (or (mailfleet--known-secret account)
                            (read-passwd (format "Password for %s at %s: " pop3-maildrop pop3-mailhost)))))
    (message "Logging in to %s before sending..." pop3-mailhost)
    (condition-case problem
        (unwind-protect
            (save-current-buffer (pop3-get-message-count))
          ;; An open connection would keep the mailbox locked.
          (let ((process (get-buffer-process (concat " trace of POP session to " pop3-mailhost))))
            (when process (delete-process process))))
      (error
       (setq mail-source-password-cache (cl-remove key mail-source-password-cache :key #'car :test #'equal))
       (auth-source-forget+ :host pop3-mailhost)
       (user-error "Not sent: %s has to log in to %s first, and that failed: %s"
                   (plist-get account :email) pop3-mailhost
                   (if (eq (car problem) 'wrong-type-argument) "the connection is not safe"
                     (mailfleet--plain (error-message-string problem))))))
    (unless (assoc key mail-source-password-cache)
      (push (cons key pop3-password) mail-source-password-cache))))

(defun mailfleet--via-smtp (send recipients buffer &rest more)
  "Around advice: call SEND with the server of the account that BUFFER is from.
RECIPIENTS and MORE are those of `smtpmail-via-smtp', which calls itself when it tries again."
  (let ((account (and (not mailfleet--sending) (mailfleet--account-of buffer))))
    (if (null account)
        (apply send recipients buffer more)
      (let* ((mailfleet--sending account)
             (server (plist-get account :outgoing))
             (smtpmail-smtp-server (plist-get server :host))
             (smtpmail-smtp-service (plist-get server :port))
             (smtpmail-stream-type (plist-get server :security))
             (smtpmail-smtp-user (plist-get server :user))
             (smtpmail-auth-supported (and smtpmail-smtp-user smtpmail-auth-supported)))
        (mailfleet--sources)
        (when (plist-get account :pop-first)
          (mailfleet--pop-first account))
        (apply send recipients buffer more)))))

(defun mailfleet--send (send)
  "Around advice: send this mail by SMTP when it is from an account, else call SEND."
  (if (or (message-field-value "X-Message-SMTP-Method")
          (not (mailfleet--account-of (current-buffer))))
      (funcall send)
    (require 'smtpmail)
    (run-hooks 'message-send-mail-hook)
    (smtpmail-send-it)))

(advice-add 'smtpmail-via-smtp :around #'mailfleet--via-smtp)
(advice-add 'message-multi-smtp-send-mail :around #'mailfleet--send)


;;; Fetching

(defun mailfleet--same-source-p (source server)
  "Tell whether SOURCE, one of `mail-sources', fetches what SERVER holds."
  (and (eq (car-safe source) 'pop)
       (equal (plist-get (cdr source) :server) (plist-get server :host))
       (equal (plist-get (cdr source) :user) (plist-get server :user))))

(defun mailfleet--fetch-pop3 (server)
  "Let Gnus fetch from SERVER, and leave the mail there."
  (require 'mail-source)
  (unless (cl-some (lambda (source) (mailfleet--same-source-p source server)) mail-sources)
    (setq mail-sources
          (append mail-sources
                  (list (list 'pop
                              :server (plist-get server :host) :port (plist-get server :port)
                              :user (plist-get server :user) :stream (plist-get server :security)
                              :leave t)))))
  ;; Mail that is fetched needs a place.
  (unless (cl-some (lambda (method) (memq (car-safe method) '(nnml nnfolder nnmbox nnbabyl nnmh nndiary)))
                   (cons gnus-select-method gnus-secondary-select-methods))
    (setq gnus-secondary-select-methods (append gnus-secondary-select-methods '((nnml ""))))))

(defun mailfleet--fetch-imap (email server)
  "Let Gnus show the mail of SERVER under the name EMAIL."
  (unless (cl-some (lambda (method)
                     (and (eq (car-safe method) 'nnimap)
                          (equal (cadr (assq 'nnimap-address (cddr method))) (plist-get server :host))
                          (equal (cadr (assq 'nnimap-user (cddr method))) (plist-get server :user))))
                   (cons gnus-select-method gnus-secondary-select-methods))
    (setq gnus-secondary-select-methods
          (append gnus-secondary-select-methods
                  (list (list 'nnimap email
                              (list 'nnimap-address (plist-get server :host))
                              (list 'nnimap-server-port (plist-get server :port))
                              (list 'nnimap-stream (plist-get server :security))
                              (list 'nnimap-user (plist-get server :user))))))))

(defun mailfleet--gnus (&rest _)
  "After advice on `gnus-read-init-file': add what the person has not set up."
  (mailfleet--sources)
  (when (and (equal gnus-select-method '(nntp "news"))
             (not (getenv "NNTPSERVER"))
             (not (file-exists-p "/etc/nntpserver")))
    ;; The default news server that nobody has.
    (setq gnus-select-method '(nnnil "")))
  (dolist (account mailfleet-accounts)
    (let ((server (plist-get account :incoming)))
      (if (eq (plist-get server :type) 'imap)
          (mailfleet--fetch-imap (plist-get account :email) server)
        (mailfleet--fetch-pop3 server)))))

(advice-add 'gnus-read-init-file :after #'mailfleet--gnus)

(provide 'mailfleet-accounts)
;;; mailfleet-accounts.el ends here
