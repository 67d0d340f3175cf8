throw new Error('the licence has run out');
