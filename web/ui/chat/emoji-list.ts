/** An emoji of the picker. */
export type ListedEmoji = Readonly<{
  emoji: string;
  /** The name typed between colons: lowercase letters, digits and `_`. */
  name: string;
  /** Other words by which the emoji can be found. */
  words: readonly string[];
}>;

export type EmojiGroup = Readonly<{ label: string; emoji: readonly ListedEmoji[] }>;

/** The emoji in each group, each with its name and other words. */
const GROUPS: Readonly<Record<string, string>> = {
  Faces: `
😀 grinning smile happy, 😃 smiley happy joy, 😄 smile happy laugh, 😁 beaming grin teeth,
😆 laughing xd haha, 😅 sweat_smile relief nervous, 🤣 rofl rolling lol haha,
😂 joy tears lol haha laugh, 🙂 slight_smile ok, 🙃 upside_down silly irony, 😉 wink flirt,
😊 blush smile shy, 😇 innocent angel halo, 🥰 smiling_hearts love adore, 😍 heart_eyes love,
🤩 star_struck wow eyes, 😘 kiss love blow, 😗 kissing, 😋 yum tasty delicious food, 😛 tongue cheeky,
😜 winking_tongue crazy joke, 🤪 zany crazy goofy, 🤑 money_mouth rich, 🤗 hug hugs,
🤭 hand_over_mouth oops giggle, 🤫 shush quiet secret, 🤔 thinking hmm think, 🤐 zipper_mouth silent,
🤨 raised_eyebrow sceptic doubt, 😐 neutral meh, 😑 expressionless blank, 😶 no_mouth speechless,
😏 smirk sly, 😒 unamused bored, 🙄 eye_roll whatever, 😬 grimace awkward, 😌 relieved calm,
😔 pensive sad, 😪 sleepy tired, 🤤 drooling hungry, 😴 sleeping zzz sleep, 😷 mask ill doctor,
🤒 thermometer ill fever, 🤕 bandage hurt, 🤢 nauseated sick green, 🤮 vomiting sick, 🤧 sneezing cold,
🥵 hot_face heat, 🥶 cold_face freezing ice, 🥴 woozy drunk, 😵 dizzy_face ko,
🤯 mind_blown exploding head, 🤠 cowboy hat, 🥳 partying party birthday, 😎 sunglasses cool,
🤓 nerd geek, 🧐 monocle inspect, 😕 confused, 😟 worried, 🙁 frown sad, 😮 open_mouth wow surprised,
😯 hushed surprised, 😲 astonished wow shock, 😳 flushed embarrassed, 🥺 pleading please puppy,
😢 cry sad tear, 😭 sob crying loud, 😱 scream fear shock, 😖 confounded, 😣 persevere,
😞 disappointed sad, 😓 sweat, 😩 weary tired, 😫 tired_face, 🥱 yawn bored tired, 😤 triumph huff,
😡 rage angry mad red, 😠 angry mad, 🤬 swearing cursing symbols, 😈 smiling_imp devil evil,
💀 skull dead, 💩 poop, 🤡 clown, 👻 ghost boo halloween, 👽 alien ufo, 🤖 robot bot, 🫡 salute yes sir,
🫠 melting, 🥹 holding_tears touched, 🫣 peeking`,
  People: `
👋 wave hello hi bye, ✋ raised_hand stop high five, 🖖 vulcan spock, 👌 ok_hand perfect,
🤌 pinched_fingers italian, 🤏 pinching small tiny, ✌️ victory peace, 🤞 crossed_fingers luck hope,
🤟 love_you, 🤘 metal rock horns, 🤙 call_me shaka, 👈 point_left, 👉 point_right, 👆 point_up,
👇 point_down, 👍 thumbs_up yes like good plus1, 👎 thumbs_down no dislike bad, ✊ fist solidarity,
👊 punch bump, 👏 clap applause bravo, 🙌 raised_hands hooray praise, 🫶 heart_hands love,
🤝 handshake deal, 🙏 pray please thanks, ✍️ writing write, 💪 muscle strong flex, 🧠 brain smart,
👀 eyes look watching, 👁️ eye, 👄 mouth lips, 👶 baby, 🧑 person, 👨 man, 👩 woman, 🧓 older_person,
🙋 raising_hand me question, 🤦 facepalm, 🤷 shrug dunno, 🙇 bow sorry, 💁 tipping_hand info,
🕺 dancing_man dance disco, 💃 dancer dance, 🏃 running run, 🧙 mage wizard magic, 🦸 superhero hero,
🧑‍💻 technologist coder developer laptop, 🧑‍🎤 singer artist rock, 🥷 ninja, 🎅 santa christmas`,
  Nature: `
🐶 dog puppy, 🐱 cat kitty, 🐭 mouse, 🐹 hamster, 🐰 rabbit bunny, 🦊 fox, 🐻 bear, 🐼 panda, 🐨 koala,
🐯 tiger, 🦁 lion, 🐮 cow, 🐷 pig, 🐸 frog, 🐵 monkey, 🙈 see_no_evil monkey, 🙉 hear_no_evil monkey,
🙊 speak_no_evil monkey, 🐔 chicken, 🐧 penguin linux, 🐦 bird, 🦆 duck, 🦅 eagle, 🦉 owl, 🐺 wolf,
🐴 horse, 🦄 unicorn, 🐝 bee, 🦋 butterfly, 🐌 snail slow, 🐞 ladybird bug, 🐢 turtle slow,
🐍 snake python, 🐙 octopus, 🦀 crab rust, 🐬 dolphin, 🐳 whale docker, 🦈 shark, 🐘 elephant,
🦖 dinosaur trex, 🦔 hedgehog, 🦥 sloth lazy, 🌵 cactus, 🎄 christmas_tree, 🌲 evergreen tree,
🌴 palm holiday, 🍀 four_leaf_clover luck, 🍁 maple_leaf autumn, 🌸 cherry_blossom flower spring,
🌹 rose flower love, 🌻 sunflower, 💐 bouquet flowers, 🌍 earth world globe, 🌙 moon night, ⭐ star,
🌟 glowing_star, ✨ sparkles shiny new, ⚡ lightning zap fast, 🔥 fire hot lit, 🌈 rainbow pride,
☀️ sun sunny, ⛅ cloudy, 🌧️ rain, ❄️ snowflake cold winter, ☃️ snowman winter,
🌊 ocean_wave sea water, 💧 droplet water`,
  Food: `
🍏 green_apple, 🍎 apple, 🍌 banana, 🍉 watermelon, 🍇 grapes, 🍓 strawberry, 🍒 cherries, 🍑 peach,
🍍 pineapple, 🥥 coconut, 🥝 kiwi, 🍅 tomato, 🥑 avocado, 🌶️ hot_pepper chilli spicy, 🌽 corn, 🥕 carrot,
🥐 croissant, 🍞 bread, 🧀 cheese, 🍳 egg cooking breakfast, 🥞 pancakes, 🥓 bacon, 🍔 burger, 🍟 fries,
🍕 pizza, 🌭 hot_dog, 🌮 taco, 🍣 sushi, 🍜 ramen noodles, 🍝 spaghetti pasta, 🍿 popcorn movie drama,
🍩 doughnut donut, 🍪 cookie, 🎂 birthday_cake, 🍰 cake, 🍫 chocolate, 🍭 lollipop sweet, 🍦 ice_cream,
☕ coffee tea hot, 🍵 tea, 🍺 beer, 🍻 cheers beers, 🥂 clinking_glasses toast, 🍷 wine,
🍸 cocktail martini, 🥤 drink cup straw, 🧃 juice`,
  Activities: `
⚽ football soccer goal, 🏀 basketball, 🏈 american_football, 🎾 tennis, 🏐 volleyball,
🎱 billiards pool, 🏓 ping_pong, 🏆 trophy win champion, 🥇 gold_medal first, 🥈 silver_medal second,
🥉 bronze_medal third, 🎯 bullseye target, 🎮 video_game controller gaming, 🕹️ joystick arcade,
🎲 dice game, 🧩 puzzle, ♟️ chess pawn, 🎨 art palette paint, 🎭 theatre drama masks,
🎬 clapper movie action, 🎤 microphone sing karaoke, 🎧 headphones music, 🎵 music note,
🎶 notes music song, 🎹 piano keyboard, 🥁 drum, 🎷 saxophone jazz, 🎺 trumpet, 🎸 guitar rock,
🎻 violin, 🎉 tada party hooray, 🎊 confetti party, 🎈 balloon party, 🎁 gift present, 🚗 car,
🚀 rocket launch ship, ✈️ plane travel, 🚲 bicycle bike, 🚂 train, ⛵ sailboat, 🏠 house home,
🏖️ beach holiday, 🏔️ mountain`,
  Things: `
💡 idea light bulb, 💻 laptop computer, 🖥️ desktop computer screen, ⌨️ keyboard, 🖱️ computer_mouse,
📱 phone mobile, 📷 camera photo, 📸 flash camera photo, 🎥 film_camera movie, 📺 television tv,
🔊 loud sound volume, 🔇 muted sound silent, 🔔 bell notification, 📣 megaphone announce,
⏰ alarm clock, ⏳ hourglass wait, 🔋 battery, 🔌 plug power, 🔧 wrench fix tool, 🔨 hammer tool build,
⚙️ gear settings, 🧪 test_tube science, 🔬 microscope science, 💊 pill medicine, 💰 money_bag rich,
💵 dollar money cash, 💎 gem diamond, 🔑 key, 🔒 lock safe, 📌 pushpin pin, 📎 paperclip,
✏️ pencil write, 📝 memo note, 📚 books read, 📖 book read, 📦 package box, 📈 chart_up growth stonks,
📉 chart_down loss, 🗑️ bin trash, 💣 bomb, 🪄 magic_wand`,
  Symbols: `
❤️ heart love red, 🧡 orange_heart, 💛 yellow_heart, 💚 green_heart, 💙 blue_heart, 💜 purple_heart,
🖤 black_heart, 🤍 white_heart, 💔 broken_heart sad, 💕 two_hearts love, 💖 sparkling_heart love,
💯 hundred perfect score, 💢 anger, 💥 boom explosion, 💫 dizzy, 💤 zzz sleep, 💬 speech chat,
👑 crown king queen, ✅ check yes done, ❌ cross no wrong, ❓ question, ❗ exclamation, ⚠️ warning,
🚫 prohibited no, ♻️ recycle, 🆕 new, 🆒 cool_button, 🆗 ok_button, 🔴 red_circle live, 🟢 green_circle,
🔵 blue_circle, ⬆️ up arrow, ⬇️ down arrow, ⬅️ left arrow, ➡️ right arrow, 🔄 arrows refresh again,
➕ plus, ➖ minus, ♾️ infinity, 🏳️‍🌈 rainbow_flag pride, 🏁 finish race flag, 🏴‍☠️ pirate flag`,
};

/** Common emoji by category. All of them are also valid reactions. */
export const EMOJI_GROUPS: readonly EmojiGroup[] = Object.entries(GROUPS).map(([label, lines]) => ({
  label,
  emoji: lines
    .trim()
    .split(/,\s/)
    .map((listed) => {
      const [emoji = '', name = '', ...words] = listed.split(' ');
      return { emoji, name, words };
    }),
}));
