/**
 * The words of a fingerprint, one for each value of a byte, in their order. The list stays as it is: another one would be
 * another format. All are distinct in their first four letters, and three letters or more apart from each other.
 */
export const FINGERPRINT_WORDS: readonly string[] = (
  'abacus acorn adult affair agent alarm almond alpine anchor apple apron arctic argue armor artist ' +
  'aspen atlas autumn awning bakery bamboo banana banjo barrel basket bazaar beach beaver berry ' +
  'bicycle bishop blossom bonfire border bottle bread bridge bronze bubble buffalo butter cabin cactus ' +
  'canyon carpet castle caviar cedar celery chapel chimney circus clover cobalt cocoa coffee comet ' +
  'copper cotton cowboy coyote cradle cricket crystal cushion dagger daisy denim desert diamond dinner ' +
  'doctor dolphin domino donkey dragon drummer duchess dynamo eagle earth easel echo eclipse editor ' +
  'elbow elephant ember engine envoy epoch equator escort evening exotic fabric feather fiddle flame ' +
  'forest fossil fountain fresco fungus furnace galaxy gallon garden garlic gazelle geyser giant ' +
  'glacier goblet gorilla granite guitar gypsum hammer harvest helmet herring hickory hippo hotel ' +
  'iceberg idol igloo indigo insect iris island ivory jaguar jasmine jelly jewel jigsaw journal judge ' +
  'kangaroo kernel kimono kitchen kiwi klaxon knight ladder lagoon lantern legend lemon leopard ' +
  'library lily lizard lobster lunar magnet marble meadow mercury meteor mirror mosaic muffin museum ' +
  'mustard napkin nebula nectar nephew nickel noodle nougat nugget nurse nutmeg oasis object ocean ' +
  'octopus olive omelet onion opera orbit orchid outlaw oxygen palace panther papaya parrot pencil ' +
  'picnic pigeon planet plumber pocket polar poncho popcorn prairie pumpkin puppet pyramid python ' +
  'quail quartz quiche quiver rabbit raven reindeer rhino ribbon robot rubber ruby sailor sandal ' +
  'scooter sierra silver sketch spider squirrel sunset syrup teapot thunder tiger tomato trumpet tulip ' +
  'turtle tuxedo umbrella uncle utensil vacuum valley viking violin volcano vortex waffle walnut ' +
  'wasabi whistle window yacht yogurt zebra zodiac'
).split(' ');
