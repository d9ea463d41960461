// Accounts of the login user, as the blocks below give them: Thunderbird's AutoConfig reads this at every start.
// It uses only what the sandboxed AutoConfig has, and works in whatever order the blocks stand.
var mailfleet = (function (waiting) {
  if (waiting && !Array.isArray(waiting)) {
    return waiting; // the same functions stand above, from another set
  }
  var ACCOUNTS = "mail.accountmanager.accounts";
  var SENDERS = "mail.smtpservers";
  var PLACES = { server: "mail.server.", identity: "mail.identity.", smtpserver: "mail.smtpserver." };
  var me = getenv("USER") || getenv("LOGNAME");
  var accounts = list(ACCOUNTS);
  var senders = list(SENDERS);
  var given = []; // keys of accounts that are ours in this profile
  var lent = []; // keys of SMTP servers for accounts that the person made

  function list(name) {
    return String(getPref(name) || "").split(",").filter(Boolean);
  }

  function ours(key) {
    return key.indexOf("mailfleet_") === 0;
  }

  function bytes(value) {
    // When the whole file is not UTF-8, pref() wants the bytes of a text as characters.
    return typeof value === "string" && !gIsUTF8 ? unescape(encodeURIComponent(value)) : value;
  }

  // Replaces the person's value, and outlives this file unless it is locked.
  function give(name, value, lock) {
    if (getPref(name) !== value) {
      clearPref(name);
      pref(name, bytes(value));
    }
    if (lock) {
      lockPref(name, bytes(value));
    }
  }

  // A default that ends with this file. Thunderbird drops an account without them from its list.
  function lend(name, value, lock) {
    clearPref(name);
    (lock ? lockPref : defaultPref)(name, bytes(value));
  }

  function seed(name, value) {
    if (getPref(name) === null) {
      pref(name, bytes(value));
    }
  }

  function setList(name, before, keep, more) {
    var now = before.filter(keep).concat(more.filter(function (key) { return before.indexOf(key) < 0; }));
    if (now.join(",") !== list(name).join(",")) {
      pref(name, now.join(","));
    }
    return now;
  }

  // Accounts that no block gives any more leave both lists. Their mail stays in the profile.
  function arrange() {
    setList(ACCOUNTS, accounts, function (key) { return !ours(key) || given.indexOf(key) >= 0; }, given);
    var left = setList(SENDERS, senders, function (key) {
      return !ours(key) || accounts.indexOf(key) < 0 || given.indexOf(key) >= 0;
    }, given.concat(lent));
    var first = String(getPref("mail.smtp.defaultserver") || "");
    if (ours(first) && left.indexOf(first) < 0) {
      clearPref("mail.smtp.defaultserver");
    }
  }

  // The key of an account that the person made with the same server and login.
  function twin(wanted) {
    return accounts.filter(function (key) {
      var server = "mail.server." + getPref("mail.account." + key + ".server") + ".";
      return !ours(key) && getPref(server + "type") === wanted.type && getPref(server + "userName") === wanted.userName
        && String(getPref(server + "hostname")).toLowerCase() === wanted.hostname;
    })[0];
  }

  // The key of the identity with this address in an account that the person made, or a new one.
  function identityOf(account, email, key) {
    var name = "mail.account." + account + ".identities";
    var known = list(name).filter(function (one) {
      return String(getPref("mail.identity." + one + ".useremail")).toLowerCase() === email.toLowerCase();
    });
    if (!known.length) {
      pref(name, list(name).concat(key).join(","));
    }
    return known[0] || key;
  }

  function apply(account) {
    var key = account.key;
    var adopted = accounts.indexOf(key) < 0 ? twin(account.enforced.server) : undefined;
    var keys = { server: key, identity: key, smtpserver: key };
    var lock = account.lock && !adopted; // what the person made outlives us, and a locked value does not
    if (adopted) {
      keys.server = getPref("mail.account." + adopted + ".server");
      keys.identity = identityOf(adopted, account.email, key);
      lent.push(key);
    } else {
      lend("mail.account." + key + ".server", key, lock);
      lend("mail.account." + key + ".identities", key, lock);
      given.push(key);
    }
    Object.keys(PLACES).forEach(function (kind) {
      var start = PLACES[kind] + keys[kind] + ".";
      var write = adopted || kind === "smtpserver" ? give : lend;
      Object.keys(account.enforced[kind]).forEach(function (name) {
        var value = account.enforced[kind][name];
        if (value === null) {
          clearPref(start + name);
        } else if (name === "popBeforeSmtp" || name === "incomingAccount") {
          lend(start + name, keys.server, lock); // names the incoming server
        } else {
          write(start + name, value, lock);
        }
      });
      // Once: when the account is new here, and nothing is there from before.
      if (accounts.indexOf(key) < 0 && (!adopted || keys[kind] === key)) {
        Object.keys(account.seeded[kind]).forEach(function (name) {
          seed(start + name, account.seeded[kind][name]);
        });
      }
    });
    arrange();
  }

  function push(account) {
    if (account.user !== me) {
      return;
    }
    try {
      apply(account);
    } catch (error) {
      displayError("mailfleet.autodiscover, " + account.email, error);
    }
  }

  arrange();
  (waiting || []).forEach(push);
  return { push: push };
})(mailfleet);
