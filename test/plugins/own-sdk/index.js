// What a plugin looks like whose build has a copy of the SDK in it.
export default Object.freeze({ name: 'own-sdk', [Symbol.for('berth.plugin')]: { contract: 1 } });
