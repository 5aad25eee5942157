// SPDX-License-Identifier: MIT

package sqlite

// DBConfigOption is an on/off setting of one connection.
//
// https://sqlite.org/c3ref/c_dbconfig_defensive.html
type DBConfigOption int

// Settings of [Conn.DBConfig].
const (
	DBConfigEnableFKey          DBConfigOption = 1002 // SQLITE_DBCONFIG_ENABLE_FKEY
	DBConfigEnableTrigger       DBConfigOption = 1003 // SQLITE_DBCONFIG_ENABLE_TRIGGER
	DBConfigEnableLoadExtension DBConfigOption = 1005 // SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: the C API only
	DBConfigNoCkptOnClose       DBConfigOption = 1006 // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
	DBConfigEnableQPSG          DBConfigOption = 1007 // SQLITE_DBCONFIG_ENABLE_QPSG
	DBConfigTriggerEQP          DBConfigOption = 1008 // SQLITE_DBCONFIG_TRIGGER_EQP
	DBConfigResetDatabase       DBConfigOption = 1009 // SQLITE_DBCONFIG_RESET_DATABASE
	DBConfigDefensive           DBConfigOption = 1010 // SQLITE_DBCONFIG_DEFENSIVE
	DBConfigWritableSchema      DBConfigOption = 1011 // SQLITE_DBCONFIG_WRITABLE_SCHEMA
	DBConfigLegacyAlterTable    DBConfigOption = 1012 // SQLITE_DBCONFIG_LEGACY_ALTER_TABLE
	DBConfigDQSDML              DBConfigOption = 1013 // SQLITE_DBCONFIG_DQS_DML
	DBConfigDQSDDL              DBConfigOption = 1014 // SQLITE_DBCONFIG_DQS_DDL
	DBConfigEnableView          DBConfigOption = 1015 // SQLITE_DBCONFIG_ENABLE_VIEW
	DBConfigLegacyFileFormat    DBConfigOption = 1016 // SQLITE_DBCONFIG_LEGACY_FILE_FORMAT
	DBConfigTrustedSchema       DBConfigOption = 1017 // SQLITE_DBCONFIG_TRUSTED_SCHEMA
	DBConfigReverseScanOrder    DBConfigOption = 1019 // SQLITE_DBCONFIG_REVERSE_SCANORDER
	DBConfigEnableAttachCreate  DBConfigOption = 1020 // SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE
	DBConfigEnableAttachWrite   DBConfigOption = 1021 // SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE
	DBConfigEnableComments      DBConfigOption = 1022 // SQLITE_DBCONFIG_ENABLE_COMMENTS
)

func (o DBConfigOption) known() bool {
	// 1004 is the SQL function load_extension(), which stays off for good;
	// the others that are left out take arguments that are not on/off.
	return o >= DBConfigEnableFKey && o <= DBConfigEnableComments && o != 1004 && o != 1018
}

// DBConfig is sqlite3_db_config with an on/off setting.
//
// https://sqlite.org/c3ref/db_config.html
func (c *Conn) DBConfig(option DBConfigOption, on bool) error {
	if !option.known() {
		return misuse("unknown DBConfig option")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	v := 0
	if on {
		v = 1
	}
	if _, rc := c.c.DBConfig(int(option), v); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// DBConfigValue asks for a setting without changing it.
//
// https://sqlite.org/c3ref/db_config.html
func (c *Conn) DBConfigValue(option DBConfigOption) (bool, error) {
	if !option.known() {
		return false, misuse("unknown DBConfig option")
	}
	if err := c.enter(); err != nil {
		return false, err
	}
	defer c.leave()
	now, rc := c.c.DBConfig(int(option), -1)
	if rc != 0 {
		return false, c.fail(rc, "")
	}
	return now != 0, nil
}
