// ccxt for Node.js: REST, order types, lists, streams and user events. `node ccxt_node.mjs SETTINGS`, with
// "module" naming where the package ccxt lies.
import { pathToFileURL } from 'node:url';

const settings = JSON.parse(process.argv[2]);
const { default: ccxt } = await import(pathToFileURL(settings.module).href);
const symbol = settings.symbol;
const id = symbol.replace('/', '');
const [base, quote] = symbol.split('/');
const exchange = new ccxt.pro.binance(settings.config);
exchange.exceptions.exact = { ...exchange.exceptions.exact, ...exchange.exceptions.spot.exact };
await exchange.loadHttpProxyAgent();  // ccxt for JavaScript wants it for every ws:// address
let price = 0;

const at = (share) => Number(exchange.priceToPrecision(symbol, price * (1 + share)));
const size = (money = 100) => Number(exchange.amountToPrecision(symbol, money / price));
const assert = (true_, what = '') => {
    if (!true_) throw new Error(`not as expected: ${what}`);
};
const soon = (promise, what) => Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Error(`nothing came: ${what}`)), 10000).unref()),
]);
const refused = async (kind, promise) => {
    try {
        await promise;
    } catch (error) {
        assert(error instanceof kind, `${error.constructor.name} instead of ${kind.name}: ${error.message}`);
        return;
    }
    throw new Error(`not refused with ${kind.name}`);
};
const until = async (watch, found, what) => {
    for (let tries = 0; tries < 200; tries += 1) {
        const result = found(await soon(watch(), what));
        if (result) return result;
    }
    throw new Error(`never seen: ${what}`);
};

const checks = {
    'load markets': async () => {
        const market = (await exchange.loadMarkets())[symbol];
        assert(market.id === id && market.active && market.precision.price > 0, 'market');
        price = (await exchange.fetchTicker(symbol)).last;
        assert(Math.abs((await exchange.fetchTime()) - Date.now()) < 2000, 'time');
    },
    'candles': async () => {
        const rows = await exchange.fetchOHLCV(symbol, '1m', undefined, 20);
        assert(rows.length > 0 && rows[0][0] % 60000 === 0, 'candles');
    },
    'order book and trades': async () => {
        const book = await exchange.fetchOrderBook(symbol, 20);
        assert(book.bids[0][0] < book.asks[0][0], 'crossed');
        assert((await exchange.fetchTrades(symbol)).length > 0, 'trades');
    },
    'balance': async () => {
        const balance = await exchange.fetchBalance();
        assert(balance[base].total > 0 && balance[quote].total > 0, 'balance');
    },
    'all order types': async () => {
        const cases = [
            ['limit', 'buy', at(-0.1), {}, 'LIMIT'],
            ['limit', 'buy', at(-0.1), { postOnly: true }, 'LIMIT_MAKER'],
            ['market', 'sell', undefined, { stopLossPrice: at(-0.1) }, 'STOP_LOSS'],
            ['limit', 'sell', at(-0.11), { stopLossPrice: at(-0.1) }, 'STOP_LOSS_LIMIT'],
            ['market', 'sell', undefined, { takeProfitPrice: at(0.1) }, 'TAKE_PROFIT'],
            ['limit', 'sell', at(0.09), { takeProfitPrice: at(0.1) }, 'TAKE_PROFIT_LIMIT'],
            ['market', 'sell', undefined, { trailingPercent: 5, stopLossOrTakeProfit: 'stopLoss' }, 'STOP_LOSS'],
        ];
        for (const [kind, side, limit, params, native] of cases) {
            const order = await exchange.createOrder(symbol, kind, side, size(), limit, params);
            assert(order.info.type === native && order.status === 'open', `${native}: ${JSON.stringify(order.info)}`);
            assert((await exchange.fetchOrder(order.id, symbol)).id === order.id, 'fetchOrder');
            assert((await exchange.cancelOrder(order.id, symbol)).status === 'canceled', 'cancel');
        }
    },
    'market orders': async () => {
        const bought = await exchange.createOrder(symbol, 'market', 'buy', size());
        assert(bought.status === 'closed' && bought.filled === size() && bought.trades.length > 0, 'bought');
        assert((await exchange.createOrder(symbol, 'market', 'sell', size())).status === 'closed', 'sold');
        assert((await exchange.fetchMyTrades(symbol)).some((trade) => trade.order === bought.id), 'own trades');
    },
    'order list': async () => {
        const made = await exchange.privatePostOrderListOco({
            symbol: id, side: 'SELL', quantity: exchange.amountToPrecision(symbol, size()),
            aboveType: 'LIMIT_MAKER', abovePrice: exchange.priceToPrecision(symbol, at(0.1)),
            belowType: 'STOP_LOSS', belowStopPrice: exchange.priceToPrecision(symbol, at(-0.1)),
        });
        const done = await exchange.privateDeleteOrderList({ symbol: id, orderListId: made.orderListId });
        assert(done.listOrderStatus === 'ALL_DONE', 'list');
    },
    'cancel all': async () => {
        await exchange.createOrder(symbol, 'limit', 'buy', size(), at(-0.1));
        await exchange.createOrder(symbol, 'limit', 'buy', size(), at(-0.11));
        await exchange.cancelAllOrders(symbol);
        assert((await exchange.fetchOpenOrders(symbol)).length === 0, 'open orders left');
    },
    'refusals': async () => {
        await refused(ccxt.InsufficientFunds, exchange.createOrder(symbol, 'limit', 'buy', size(5e6), at(-0.1)));
        await refused(ccxt.OrderNotFound, exchange.cancelOrder('999999999', symbol));
        await refused(ccxt.OrderNotFound, exchange.fetchOrder('999999999', symbol));
    },
    'market streams': async () => {
        assert((await soon(exchange.watchTrades(symbol), 'trades')).length > 0, 'trades');
        assert((await soon(exchange.watchOHLCV(symbol, '1m'), 'candles')).length > 0, 'candles');
        const book = await soon(exchange.watchOrderBook(symbol), 'book');
        assert(book.bids[0][0] < book.asks[0][0], 'crossed');
        assert((await soon(exchange.watchTicker(symbol), 'ticker')).last > 0, 'ticker');
    },
    'user events': async () => {
        await soon(exchange.authenticate(), 'subscription');
        const waiting = exchange.watchOrders(symbol);
        const money = exchange.watchBalance();
        await exchange.sleep(50);
        const order = await exchange.createOrder(symbol, 'limit', 'buy', size(), at(-0.1));
        assert((await soon(waiting, 'order')).at(-1).id === order.id, 'first event');
        await soon(money, 'balance');
        const cancelled = until(() => exchange.watchOrders(symbol), (seen) => seen.find((one) => one.id === order.id && one.status === 'canceled'), 'cancelled');
        await exchange.cancelOrder(order.id, symbol);
        await cancelled;
        const trades = exchange.watchMyTrades(symbol);
        const filled = until(() => exchange.watchOrders(symbol), (seen) => seen.find((one) => one.side === 'buy' && one.status === 'closed'), 'filled');
        const bought = await exchange.createOrder(symbol, 'market', 'buy', size());
        assert((await filled).id === bought.id, 'filled');
        assert((await soon(trades, 'own trades')).some((trade) => trade.order === bought.id), 'own trades');
        await exchange.createOrder(symbol, 'market', 'sell', size());
    },
    'orders over websocket': async () => {
        const order = await soon(exchange.createOrderWs(symbol, 'limit', 'buy', size(), at(-0.1)), 'order');
        assert((await soon(exchange.cancelOrderWs(order.id, symbol), 'cancel')).status === 'canceled', 'cancel');
    },
};

for (const [name, check] of Object.entries(checks)) {
    const begun = Date.now();
    let error = '';
    try {
        await check();
    } catch (problem) {
        error = problem.stack ?? String(problem);
    }
    console.log(JSON.stringify({ client: 'ccxt node', check: name, ok: !error, error, s: (Date.now() - begun) / 1000 }));
}
await exchange.close();
process.exit(0);
