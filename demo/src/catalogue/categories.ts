/** What the demo's shops sell: articles, brands and sizes by category. products.ts multiplies them out. */

export interface Category {
  readonly name: string
  readonly taxCode: 'standard' | 'reduced'
  readonly brands: readonly string[]
  readonly articles: readonly string[]
  /** Pack sizes with the factor by which they change the price; `null` sells by weight, priced per kilogram. */
  readonly sizes: readonly (readonly [label: string, priceFactor: number])[] | null
  /** Lowest and highest base price in cents. */
  readonly priceRange: readonly [number, number]
}

const list = (text: string): string[] => text.trim().split(/,\s+/)
const standard = 'standard'
const reduced = 'reduced'

export const categories: readonly Category[] = [
  {
    name: 'Fruit',
    taxCode: reduced,
    brands: ['Orchard Lane', 'Sunny Bay', 'Hill Farm', 'Organic'],
    articles: list(`
      Apples Braeburn, Apples Gala, Apples Granny Smith, Pears Conference, Bananas, Oranges, Mandarins, Lemons,
      Limes, Red Grapes, White Grapes, Plums, Peaches, Nectarines, Cherries, Strawberries, Raspberries,
      Blueberries, Kiwi, Mango, Pineapple, Melon Galia, Watermelon, Apricots, Figs`),
    sizes: null,
    priceRange: [149, 1290],
  },
  {
    name: 'Vegetables',
    taxCode: reduced,
    brands: ['Hill Farm', 'Green Row', 'Organic', 'Valley Growers'],
    articles: list(`
      Tomatoes, Cherry Tomatoes, Cucumber, Carrots, Potatoes, New Potatoes, Sweet Potatoes, Onions, Red Onions,
      Garlic, Leeks, Broccoli, Cauliflower, White Cabbage, Red Cabbage, Brussels Sprouts, Courgettes, Aubergines,
      Red Peppers, Green Peppers, Mushrooms, Green Beans, Peas, Beetroot, Celery, Fennel, Parsnips, Pumpkin,
      Ginger, Asparagus`),
    sizes: null,
    priceRange: [99, 890],
  },
  {
    name: 'Bakery',
    taxCode: reduced,
    brands: ['Daily Oven', 'Miller & Sons', 'Old Stone'],
    articles: list(`
      White Bread, Wholemeal Bread, Rye Bread, Sourdough Loaf, Baguette, Ciabatta, Croissants, Rolls, Bagels,
      Muffins, Scones, Pretzels, Raisin Buns, Cinnamon Swirls, Apple Turnovers, Tea Cakes, Naan, Pitta,
      Tortilla Wraps, Brioche, Burger Buns, Crumpets, Fruit Loaf, Flatbread, Seeded Loaf`),
    sizes: [
      ['small', 1],
      ['large', 1.6],
      ['2 pack', 1.8],
      ['4 pack', 3.2],
    ],
    priceRange: [85, 349],
  },
  {
    name: 'Dairy',
    taxCode: reduced,
    brands: ['Meadow Gold', 'Clover Hill', 'Alpine', 'Organic Dairy'],
    articles: list(`
      Whole Milk, Semi-skimmed Milk, Skimmed Milk, Lactose-free Milk, Buttermilk, Cream, Sour Cream,
      Natural Yogurt, Greek Yogurt, Strawberry Yogurt, Vanilla Yogurt, Kefir, Butter, Salted Butter, Quark,
      Cottage Cheese, Custard, Crème Fraîche, Rice Pudding, Chocolate Pudding`),
    sizes: [
      ['small', 0.5],
      ['regular', 1],
      ['large', 1.8],
    ],
    priceRange: [99, 399],
  },
  {
    name: 'Cheese',
    taxCode: reduced,
    brands: ['Alpine', 'Clover Hill', 'Old Dairy'],
    articles: list(`
      Cheddar Mild, Cheddar Mature, Gouda Young, Gouda Aged, Edam, Emmental, Gruyère, Brie, Camembert, Feta,
      Halloumi, Mozzarella, Parmesan, Blue Cheese, Goat's Cheese, Manchego, Ricotta, Mascarpone`),
    sizes: [
      ['150 g', 1],
      ['300 g', 1.85],
      ['sliced 200 g', 1.4],
      ['grated 200 g', 1.35],
    ],
    priceRange: [189, 549],
  },
  {
    name: 'Meat',
    taxCode: reduced,
    brands: ['Butcher’s Block', 'Hill Farm', 'Free Range'],
    articles: list(`
      Chicken Breast, Chicken Thighs, Whole Chicken, Turkey Breast, Minced Beef, Sirloin Steak, Ribeye Steak,
      Braising Steak, Pork Chops, Pork Shoulder, Pork Fillet, Lamb Chops, Leg of Lamb, Bacon Rashers,
      Pork Sausages, Beef Burgers, Cooked Ham, Salami, Prosciutto, Meatballs`),
    sizes: null,
    priceRange: [590, 3290],
  },
  {
    name: 'Fish',
    taxCode: reduced,
    brands: ['North Pier', 'Deep Blue', 'Harbour'],
    articles: list(`
      Salmon Fillet, Smoked Salmon, Cod Fillet, Haddock, Trout, Mackerel, Smoked Mackerel, Tuna Steak, Prawns,
      Mussels, Herring, Plaice, Sea Bass, Squid, Crab Meat`),
    sizes: [
      ['125 g', 1],
      ['250 g', 1.9],
      ['400 g', 2.8],
    ],
    priceRange: [249, 899],
  },
  {
    name: 'Coffee & tea',
    taxCode: reduced,
    brands: ['Bright Cup', 'Morning Post', 'Kettle & Co'],
    articles: list(`
      Ground Coffee Mild, Ground Coffee Strong, Espresso Beans, Crema Beans, Decaf Coffee, Instant Coffee,
      Coffee Capsules, Black Tea, Earl Grey, Green Tea, Peppermint Tea, Camomile Tea, Rooibos, Fruit Tea, Chai,
      Hot Chocolate`),
    sizes: [
      ['100 g', 1],
      ['250 g', 2.1],
      ['500 g', 3.9],
      ['1 kg', 7.2],
    ],
    priceRange: [199, 399],
  },
  {
    name: 'Soft drinks',
    taxCode: standard,
    brands: ['Fizz', 'Clearwater', 'Orchard Lane', 'Zest'],
    articles: list(`
      Cola, Cola Zero, Lemonade, Orangeade, Ginger Ale, Tonic Water, Bitter Lemon, Iced Tea Peach,
      Iced Tea Lemon, Energy Drink, Still Water, Sparkling Water, Elderflower Presse, Root Beer`),
    sizes: [
      ['330 ml', 1],
      ['500 ml', 1.35],
      ['1.5 l', 2.2],
      ['6 × 330 ml', 5.2],
    ],
    priceRange: [79, 189],
  },
  {
    name: 'Juice',
    taxCode: reduced,
    brands: ['Orchard Lane', 'Sunny Bay', 'Pressed'],
    articles: list(`
      Orange Juice, Orange Juice no bits, Apple Juice, Cloudy Apple Juice, Grape Juice, Pineapple Juice,
      Grapefruit Juice, Tomato Juice, Carrot Juice, Multivitamin, Mango Smoothie, Berry Smoothie, Cranberry Juice`),
    sizes: [
      ['250 ml', 1],
      ['750 ml', 2.1],
      ['1 l', 2.6],
      ['2 l', 4.6],
    ],
    priceRange: [99, 219],
  },
  {
    name: 'Beer & wine',
    taxCode: standard,
    brands: ['Old Brewer', 'Cellar No. 9', 'Stag', 'Château Laurel'],
    articles: list(`
      Lager, Pilsner, Pale Ale, IPA, Stout, Wheat Beer, Alcohol-free Beer, Dry Cider, Merlot, Rioja, Pinot Noir,
      Chardonnay, Sauvignon Blanc, Riesling, Rosé, Prosecco`),
    sizes: [
      ['single', 1],
      ['4 pack', 3.6],
      ['6 pack', 5.2],
    ],
    priceRange: [149, 1190],
  },
  {
    name: 'Breakfast',
    taxCode: reduced,
    brands: ['Golden Field', 'Sunrise', 'Mill House'],
    articles: list(`
      Corn Flakes, Bran Flakes, Muesli, Crunchy Muesli, Granola, Porridge Oats, Instant Porridge, Wheat Biscuits,
      Rice Pops, Choco Pops, Strawberry Jam, Raspberry Jam, Orange Marmalade, Honey, Peanut Butter,
      Hazelnut Spread, Maple Syrup`),
    sizes: [
      ['250 g', 1],
      ['500 g', 1.8],
      ['750 g', 2.5],
      ['1 kg', 3.1],
    ],
    priceRange: [129, 329],
  },
  {
    name: 'Pasta & rice',
    taxCode: reduced,
    brands: ['Nonna Rosa', 'Mill House', 'Golden Field', 'Eastern Star'],
    articles: list(`
      Spaghetti, Penne, Fusilli, Tagliatelle, Lasagne Sheets, Macaroni, Wholewheat Penne, Egg Noodles,
      Rice Noodles, Basmati Rice, Jasmine Rice, Risotto Rice, Brown Rice, Couscous, Bulgur, Quinoa, Red Lentils`),
    sizes: [
      ['500 g', 1],
      ['1 kg', 1.8],
      ['2 kg', 3.3],
    ],
    priceRange: [89, 349],
  },
  {
    name: 'Tins & sauces',
    taxCode: reduced,
    brands: ['Nonna Rosa', 'Larder', 'Casa Verde'],
    articles: list(`
      Chopped Tomatoes, Tomato Passata, Tomato Purée, Baked Beans, Kidney Beans, Chickpeas, Sweetcorn,
      Tuna in Oil, Sardines, Coconut Milk, Green Pesto, Red Pesto, Bolognese Sauce, Curry Sauce, Ketchup,
      Mayonnaise, Mustard, Soy Sauce, Olives, Gherkins, Chicken Soup, Tomato Soup`),
    sizes: [
      ['200 g', 1],
      ['400 g', 1.6],
      ['3 × 400 g', 4.2],
    ],
    priceRange: [69, 289],
  },
  {
    name: 'Oil, spices & baking',
    taxCode: reduced,
    brands: ['Larder', 'Casa Verde', 'Mill House'],
    articles: list(`
      Olive Oil, Extra Virgin Olive Oil, Sunflower Oil, Rapeseed Oil, Balsamic Vinegar, White Wine Vinegar,
      Sea Salt, Black Pepper, Paprika, Curry Powder, Cinnamon, Oregano, Basil, Plain Flour, Self-raising Flour,
      Sugar, Brown Sugar, Icing Sugar, Baking Powder, Dried Yeast, Cocoa Powder, Raisins, Ground Almonds`),
    sizes: [
      ['small', 1],
      ['regular', 1.9],
      ['large', 3.4],
    ],
    priceRange: [79, 449],
  },
  {
    name: 'Snacks',
    taxCode: standard,
    brands: ['Crunch', 'Salt & Co', 'Barn Door', 'Nutty'],
    articles: list(`
      Crisps Salted, Crisps Cheese & Onion, Crisps Salt & Vinegar, Crisps Paprika, Tortilla Chips, Popcorn,
      Pretzel Sticks, Salted Peanuts, Cashews, Almonds, Pistachios, Walnuts, Trail Mix, Rice Cakes, Crackers,
      Oatcakes`),
    sizes: [
      ['40 g', 1],
      ['150 g', 2.2],
      ['200 g', 2.7],
      ['6 × 25 g', 3.4],
    ],
    priceRange: [85, 249],
  },
  {
    name: 'Sweets & biscuits',
    taxCode: standard,
    brands: ['Cocoa House', 'Sweet Corner', 'Granny’s Tin'],
    articles: list(`
      Milk Chocolate, Dark Chocolate, White Chocolate, Hazelnut Chocolate, Pralines, Chocolate Bar, Wine Gums,
      Liquorice, Fruit Drops, Mints, Toffees, Marshmallows, Chewing Gum, Butter Biscuits, Chocolate Biscuits,
      Shortbread, Ginger Biscuits, Wafers, Sponge Fingers`),
    sizes: [
      ['50 g', 1],
      ['100 g', 1.7],
      ['200 g', 3],
      ['sharing 300 g', 4.1],
    ],
    priceRange: [79, 219],
  },
  {
    name: 'Frozen',
    taxCode: reduced,
    brands: ['Polar', 'North Pier', 'Nonna Rosa'],
    articles: list(`
      Garden Peas, Spinach, Mixed Vegetables, Oven Chips, Potato Waffles, Fish Fingers, Pizza Margherita,
      Pizza Salami, Pizza Funghi, Lasagne, Vanilla Ice Cream, Chocolate Ice Cream, Ice Lollies, Berry Mix,
      Puff Pastry, Chicken Nuggets, Veggie Burgers`),
    sizes: [
      ['300 g', 1],
      ['500 g', 1.5],
      ['750 g', 2.1],
      ['1 kg', 2.6],
    ],
    priceRange: [139, 399],
  },
  {
    name: 'Household',
    taxCode: standard,
    brands: ['Bright Home', 'Pure', 'Eco Leaf'],
    articles: list(`
      Washing Powder, Liquid Detergent, Fabric Softener, Washing-up Liquid, Dishwasher Tabs, Bathroom Cleaner,
      Glass Cleaner, Floor Cleaner, Bleach, Toilet Paper, Kitchen Roll, Tissues, Bin Bags, Foil, Cling Film,
      Baking Paper, Sponges, Rubber Gloves, Candles, Batteries AA, Light Bulb`),
    sizes: [
      ['single', 1],
      ['twin pack', 1.85],
      ['family pack', 3.3],
    ],
    priceRange: [119, 499],
  },
  {
    name: 'Body care',
    taxCode: standard,
    brands: ['Pure', 'Lavande', 'Seaside', 'Kind'],
    articles: list(`
      Shampoo, Conditioner, Shower Gel, Soap Bar, Hand Wash, Hand Cream, Body Lotion, Face Cream, Sun Lotion,
      Deodorant, Toothpaste, Toothbrush, Mouthwash, Dental Floss, Shaving Foam, Razors, Cotton Pads, Plasters,
      Baby Wipes, Nappies`),
    sizes: [
      ['travel', 0.6],
      ['regular', 1],
      ['large', 1.7],
    ],
    priceRange: [129, 699],
  },
  {
    name: 'Pets & garden',
    taxCode: standard,
    brands: ['Paws', 'Whiskers', 'Green Thumb'],
    articles: list(`
      Dog Food Beef, Dog Food Chicken, Dog Biscuits, Cat Food Salmon, Cat Food Chicken, Cat Litter, Bird Seed,
      Rabbit Food, Fish Flakes, Potting Soil, Plant Food, Flower Seeds, Garden Gloves, Watering Can`),
    sizes: [
      ['small', 1],
      ['medium', 1.9],
      ['large', 3.6],
    ],
    priceRange: [149, 599],
  },
]
