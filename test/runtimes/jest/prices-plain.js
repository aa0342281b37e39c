const { SharedInt32, SharedStruct, Lock } = require("threadkit");

exports.sold = new SharedInt32();
exports.total = (prices) => prices.reduce((sum, price) => sum + price, 0);
exports.Shelf = class Shelf extends SharedStruct({ count: "int32", lock: Lock }) {
  take() {
    this.lock.with(() => {
      this.count -= 1;
    });
  }
};
