const { Lock } = require("threadkit");

exports.gate = new Lock();
exports.rate = (price) => price * 3;
