/* Copyright (c) 2026, the mailfleet.autodiscover authors
 * GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail goes in; it goes out by SMTP when the POP3 account that its server belongs to has been fetched.
 *
 * Only servers with the preference mail.smtpserver.KEY.popBeforeSmtp are touched: it names the incoming
 * server (mail.server.NAME). All ways of sending mail come through SmtpServer.sendMailMessage: the window of a
 * message, Send Later, receipts and invitations.
 *
 * There is no strict_max_version: a Thunderbird that is too new would switch the add-on off without a word. What it
 * rests on is looked for at its start instead, and the error console says what is missing.
 */
"use strict";

/* globals ChromeUtils, Ci, Components, Cr, ExtensionAPI, Services, console */

const NAME = "POP before SMTP (mailfleet.autodiscover)";

/** Thunderbird gives up a silent connection by itself (mailnews.tcptimeout); this is for all else that can hang. */
const PATIENCE_MS = 10 * 60 * 1000;

/** Number of the parameters of sendMailMessage; the last one hears what became of the mail. */
const PARAMETERS = 10;

this.popBeforeSmtp = class extends ExtensionAPI {
  onStartup() {
    try {
      this.install();
    } catch (error) {
      console.error(
        `${NAME}: this Thunderbird (${Services.appinfo.version}) is too new for the add-on, or too old. Mail is sent ` +
          "without fetching first, and servers that ask for that (SMTPLast) may refuse it until mail is fetched. " +
          `Update mailfleet.autodiscover. ${error}`
      );
    }
  }

  install() {
    const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
    const { SmtpServer } = ChromeUtils.importESModule("resource:///modules/SmtpServer.sys.mjs");
    const { setTimeout, clearTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
    const original = SmtpServer?.prototype?.sendMailMessage;
    if (typeof original != "function" || original.length != PARAMETERS) {
      throw new Error("SmtpServer.sendMailMessage is not what it was.");
    }
    if (typeof MailServices.pop3?.GetNewMail != "function") {
      throw new Error("MailServices.pop3.GetNewMail is gone.");
    }

    /** Fetch the mail of an incoming server; throw an Error in words for a person when that fails. */
    async function fetchMail(key) {
      const server = MailServices.accounts.getIncomingServer(key);
      if (server?.type != "pop3") {
        throw new Error(`there is no POP3 account for it (${key}).`);
      }
      const inbox = server.rootMsgFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
      if (!inbox) {
        throw new Error(`the account of ${server.hostname} has no inbox.`);
      }
      let msgWindow = null;
      try {
        msgWindow = MailServices.mailSession.topmostMsgWindow;
      } catch {
        // No window is open; Thunderbird then asks for a password without one.
      }
      const { promise, resolve } = Promise.withResolvers();
      const timer = setTimeout(() => resolve(Cr.NS_ERROR_NET_TIMEOUT), PATIENCE_MS);
      const listener = {
        QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
        OnStartRunningUrl() {},
        OnStopRunningUrl: (_url, status) => resolve(status),
      };
      MailServices.pop3.GetNewMail(msgWindow, listener, inbox, server);
      const status = await promise;
      clearTimeout(timer);
      if (!Components.isSuccessCode(status)) {
        throw new Error(
          `fetching from ${server.hostname} as ${server.username} did not work ` +
            `(${ChromeUtils.getXPCOMErrorName(status)}). Check the connection and the password of the account, fetch ` +
            "its mail, and send again."
        );
      }
    }

    const replacement = async function (...parameters) {
      const key = Services.prefs.getStringPref(`mail.smtpserver.${this.key}.popBeforeSmtp`, "");
      if (key) {
        try {
          await fetchMail(key);
        } catch (error) {
          const message =
            `The mail was not sent, and it is kept. ${this.hostname} accepts mail only after mail was fetched from ` +
            `the same account: ${error.message}`;
          console.error(`${NAME}: ${message}`);
          const listener = parameters[PARAMETERS - 1];
          await listener?.onSendStop(this.serverURI, Cr.NS_ERROR_FAILURE, null, message);
          return undefined;
        }
      }
      return original.apply(this, parameters);
    };

    SmtpServer.prototype.sendMailMessage = replacement;
    this.uninstall = () => {
      if (SmtpServer.prototype.sendMailMessage == replacement) {
        SmtpServer.prototype.sendMailMessage = original;
      }
    };
  }

  onShutdown(isAppShutdown) {
    if (!isAppShutdown) {
      this.uninstall?.();
    }
  }

  getAPI() {
    return { popBeforeSmtp: {} };
  }
};
